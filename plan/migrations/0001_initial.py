import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models

from ipeo.database import policies


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("insight", "0001_initial"),
        ("ipeo", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Objective",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("won_margin", "Won margin"),
                            ("net_amount", "Won net amount"),
                            ("new_customers", "New customers"),
                            ("win_rate", "Win rate"),
                            ("pipeline", "Sourced pipeline"),
                            ("value_share", "Share won at list price"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "baseline",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True),
                ),
                (
                    "target",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True),
                ),
                ("due_date", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "audience",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.audience",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="objectives",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "metric"),
                        name="objective_metric_once_per_cycle",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=16,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                ("planned", models.JSONField(blank=True, default=dict)),
                ("split", models.JSONField(blank=True, default=dict)),
                ("gain", models.JSONField(blank=True, default=dict)),
                ("chances", models.JSONField(blank=True, default=dict)),
                ("rests_on", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        help_text="The objective whose chance it maximizes; if empty, the expected margin.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="plan.objective",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", 0)), name="allocation_not_negative"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="PlanProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "proof_point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="insight.proofpoint"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "offer",
                    models.CharField(
                        choices=[("value", "Value"), ("trial", "Trial"), ("price", "Price")],
                        default="value",
                        max_length=5,
                    ),
                ),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0"),
                        help_text="The share of the list price that a price-led offer gives away.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("0.9999")),
                        ],
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="programs",
                        to="ipeo.campaign",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="programs",
                        to="insight.channel",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "name"), name="program_name_once"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lt", 1)),
                        name="program_discount_is_a_share",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ProgramPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=300)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "is_bet",
                    models.BooleanField(default=False, help_text="No evidence yet that it works."),
                ),
                (
                    "materials",
                    models.JSONField(
                        blank=True, default=list, help_text="What it needs before launch, by name."
                    ),
                ),
                (
                    "tasks",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Tasks from its template: title, side, days.",
                    ),
                ),
                (
                    "floor",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Minimum for a suggestion over the cycle.",
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                (
                    "ceiling",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Maximum for a suggestion over the cycle.",
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                (
                    "is_locked",
                    models.BooleanField(
                        default=False, help_text="A suggestion leaves its budget as it is."
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "audience",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.audience",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.finding",
                    ),
                ),
                (
                    "marketing_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="plan.program",
                    ),
                ),
                (
                    "proof_points",
                    models.ManyToManyField(
                        blank=True, through="plan.PlanProof", to="insight.proofpoint"
                    ),
                ),
                (
                    "sales_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "program"], name="programplan_by_program"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="programplan_flight_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("floor", None),
                            ("ceiling", None),
                            ("ceiling__gte", models.F("floor")),
                            _connector="OR",
                        ),
                        name="programplan_floor_below_ceiling",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="planproof",
            name="program_plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="plan.programplan"
            ),
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(help_text="The first day of the month.")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=16,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                (
                    "is_locked",
                    models.BooleanField(
                        default=False, help_text="A suggestion leaves it as it is."
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "program_plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_lines",
                        to="plan.programplan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "program_plan", "month"),
                        name="budgetline_once_per_month",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="budgetline_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1)), name="budgetline_month_is_a_first"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="AllocationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "floor",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "ceiling",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                ("is_locked", models.BooleanField(default=False)),
                ("planned", models.DecimalField(decimal_places=2, max_digits=16)),
                ("suggested", models.DecimalField(decimal_places=2, max_digits=16)),
                (
                    "months",
                    models.JSONField(
                        default=dict, help_text="The suggested money by month, 2026-07."
                    ),
                ),
                ("margin", models.JSONField(blank=True, default=dict)),
                ("next_return", models.JSONField(blank=True, default=dict)),
                ("rests_on", models.CharField(blank=True, max_length=300)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "allocation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="plan.allocation",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "program_plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="plan.programplan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "allocation", "program_plan"),
                        name="allocationline_once",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ProgramTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("channel", models.CharField(help_text="The channel's name.", max_length=120)),
                (
                    "offer",
                    models.CharField(
                        choices=[("value", "Value"), ("trial", "Trial"), ("price", "Price")],
                        default="value",
                        max_length=5,
                    ),
                ),
                (
                    "discount",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0"),
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0")),
                            django.core.validators.MaxValueValidator(Decimal("0.9999")),
                        ],
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=300)),
                (
                    "begins_after_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Days from the cycle's start to the flight's; from today once the cycle runs.",
                    ),
                ),
                (
                    "lasts_days",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Empty means until the cycle ends.", null=True
                    ),
                ),
                (
                    "materials",
                    models.JSONField(blank=True, default=list, help_text="What it needs, by name."),
                ),
                (
                    "tasks",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Each with title, side and days from the start.",
                    ),
                ),
                ("is_hidden", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "key"), name="programtemplate_key_once"
                    ),
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="programtemplate_name_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("replaced", "Replaced"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "budget",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="The budget limit; empty if there is none.",
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0"))],
                    ),
                ),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "revises",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="revisions",
                        to="plan.scenario",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "name"), name="scenario_name_once_per_cycle"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "approved")),
                        fields=("workspace", "cycle"),
                        name="scenario_one_approved_per_cycle",
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="programplan",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="program_plans",
                to="plan.scenario",
            ),
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("won_margin", "Won margin"),
                            ("net_amount", "Won net amount"),
                            ("new_customers", "New customers"),
                            ("win_rate", "Win rate"),
                            ("pipeline", "Sourced pipeline"),
                            ("value_share", "Share won at list price"),
                        ],
                        max_length=14,
                    ),
                ),
                ("expected", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("low", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("high", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                (
                    "chance",
                    models.FloatField(help_text="Of reaching the objective's target.", null=True),
                ),
                ("rests_on", models.JSONField(blank=True, default=dict)),
                ("frozen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actual", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
                ("scored_at", models.DateTimeField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "objective",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="plan.objective",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="plan.program",
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="plan.scenario",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "scenario", "metric", "program"),
                        name="forecast_once",
                        nulls_distinct=False,
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", models.TextField(blank=True)),
                ("shown", models.JSONField(blank=True, default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "program_plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="plan.programplan",
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="plan.scenario",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "scenario", "program_plan"),
                        name="approval_once",
                        nulls_distinct=False,
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="allocation",
            name="scenario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="allocations",
                to="plan.scenario",
            ),
        ),
        migrations.CreateModel(
            name="ScenarioComment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField(max_length=2000)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="plan.scenario",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "scenario", "at"], name="scenariocomment_in_order"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="CommentMention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mentions",
                        to="plan.scenariocomment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["workspace", "member"],
                        name="commentmention_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "comment", "member"), name="commentmention_once"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="planproof",
            constraint=models.UniqueConstraint(
                fields=("workspace", "program_plan", "proof_point"), name="planproof_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="programplan",
            constraint=models.UniqueConstraint(
                fields=("workspace", "scenario", "program"), name="programplan_once_per_scenario"
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                fields=["workspace", "scenario", "-made_at"], name="allocation_latest"
            ),
        ),
        *policies.tenant(
            "plan_objective",
            "plan_allocation",
            "plan_planproof",
            "plan_program",
            "plan_programplan",
            "plan_budgetline",
            "plan_allocationline",
            "plan_programtemplate",
            "plan_scenario",
            "plan_forecast",
            "plan_approval",
            "plan_scenariocomment",
            "plan_commentmention",
        ),
        *policies.audited(
            "plan_objective",
            "plan_program",
            "plan_scenario",
            "plan_programplan",
            "plan_planproof",
            "plan_budgetline",
            "plan_approval",
            "plan_forecast",
            "plan_scenariocomment",
            "plan_programtemplate",
        ),
    ]
