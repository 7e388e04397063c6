import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models

from ipeo.database import policies
from optimize.migrations import _triggers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("execute", "0001_initial"),
        ("insight", "0001_initial"),
        ("ipeo", "0001_initial"),
        ("plan", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("closed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "figures",
                    models.JSONField(default=dict, help_text="Key figures, in all and by program."),
                ),
                (
                    "amounts",
                    models.JSONField(
                        default=dict,
                        help_text="Sums that restatements add to, as exact decimals in text.",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="periods",
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
                        fields=("workspace", "cycle"), name="period_once_per_cycle"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Recommendation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("retire", "Retire"),
                            ("refresh", "Refresh"),
                            ("reallocate", "Move budget"),
                            ("price", "Price"),
                            ("test", "Test"),
                            ("hold", "Hold"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "route",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("product", "Product"),
                            ("channel", "Channel"),
                            ("audience", "Audience"),
                            ("program", "Program"),
                            ("technology", "Technology"),
                        ],
                        help_text="Empty where nothing is to be renewed.",
                        max_length=10,
                    ),
                ),
                (
                    "subject_key",
                    models.CharField(help_text="A program's id, or `workspace`.", max_length=120),
                ),
                ("title", models.CharField(max_length=250)),
                (
                    "summary",
                    models.CharField(help_text="Why, in a sentence or two.", max_length=400),
                ),
                ("text", models.TextField(help_text="Why, with every interval and caution.")),
                (
                    "gain",
                    models.FloatField(
                        help_text="Expected margin, in the workspace's currency.", null=True
                    ),
                ),
                ("gain_low", models.FloatField(null=True)),
                ("gain_high", models.FloatField(null=True)),
                ("gain_reason", models.CharField(blank=True, max_length=300)),
                ("n", models.PositiveIntegerField(default=0)),
                ("evidence", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Decision needed"),
                            ("accepted", "Accepted"),
                            ("rejected", "Rejected"),
                            ("later", "Deferred"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "after",
                    models.FloatField(
                        help_text="How margin less spend changed after the decision, a month.",
                        null=True,
                    ),
                ),
                ("after_low", models.FloatField(null=True)),
                ("after_high", models.FloatField(null=True)),
                (
                    "after_n",
                    models.PositiveIntegerField(
                        default=0, help_text="Whole months after the decision."
                    ),
                ),
                ("after_reason", models.CharField(blank=True, max_length=300)),
                ("scored_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recommendations",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="plan.program",
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
                        fields=["workspace", "state", "-id"], name="recommendation_by_state"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "kind", "subject_key"),
                        name="recommendation_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Experiment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("question", models.CharField(blank=True, max_length=400)),
                ("treatment", models.CharField(help_text="What the treated get.", max_length=200)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("person", "People"),
                            ("account", "Accounts"),
                            ("rep", "Sales reps"),
                            ("region", "Regions"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("responded", "Respond"),
                            ("opened", "Open a deal"),
                            ("won", "Win a deal"),
                            ("net_amount", "Won net amount"),
                            ("margin_amount", "Won margin"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "share",
                    models.FloatField(default=0.5, help_text="Share of units that are treated."),
                ),
                (
                    "regions",
                    models.JSONField(default=list, help_text="The regions that are treated."),
                ),
                (
                    "smallest_lift",
                    models.FloatField(help_text="The smallest relative lift worth detecting."),
                ),
                ("weeks", models.PositiveSmallIntegerField(default=8)),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(help_text="The planned end.", null=True)),
                ("salt", models.CharField(editable=False, max_length=32)),
                ("design", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("running", "Running"),
                            ("stopped", "Finished"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("adopt", "Adopt"), ("drop", "Drop"), ("open", "Leave open")],
                        max_length=5,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("result", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.finding",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="plan.program",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "stopped_by",
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
                    "recommendation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="experiments",
                        to="optimize.recommendation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "state", "-id"], name="experiment_by_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="experiment_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gt", 0), ("share__lt", 1)),
                        name="experiment_share_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("smallest_lift__gt", 0)),
                        name="experiment_lift_above_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("ends_on__gt", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="experiment_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "stopped"), _negated=True),
                            models.Q(("decision", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="experiment_stops_with_a_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("accepted", "Accept"),
                            ("rejected", "Reject"),
                            ("later", "Defer"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "recommendation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="optimize.recommendation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "recommendation", "-at"],
                        name="decision_by_recommendation",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "rejected"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="decision_rejecting_needs_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(help_text="1 for the first after the close."),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changes", models.JSONField(default=dict)),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="restatements",
                        to="optimize.period",
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
                        fields=("workspace", "period", "number"), name="restatement_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("subject_key", models.CharField(max_length=120)),
                ("title", models.CharField(max_length=300)),
                ("content", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                        fields=("workspace", "cycle", "kind", "subject_key"), name="snapshot_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="StaleParty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.BigIntegerField()),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
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
                    models.Index(fields=["workspace", "party"], name="staleparty_by_party"),
                ]
            },
        ),
        migrations.CreateModel(
            name="TransitionTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.PositiveSmallIntegerField()),
                ("month", models.DateField(help_text="In which the deal closed.", null=True)),
                (
                    "grain",
                    models.CharField(
                        choices=[
                            ("channel", "Channel"),
                            ("program", "Program"),
                            ("campaign", "Campaign"),
                        ],
                        max_length=8,
                    ),
                ),
                ("before", models.BigIntegerField()),
                ("after", models.BigIntegerField()),
                ("journeys", models.BigIntegerField()),
                ("net_cents", models.BigIntegerField()),
                ("margin_cents", models.BigIntegerField()),
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
                        fields=("workspace", "grain", "month", "before", "after", "bucket"),
                        name="transitiontally_once",
                        nulls_distinct=False,
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ActivityDelta",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("touches", "Touches"),
                            ("leads", "Leads"),
                            ("planned", "Planned spend"),
                            ("committed", "Committed spend"),
                            ("actual", "Spend"),
                            ("impressions", "Impressions"),
                            ("clicks", "Clicks"),
                        ],
                        max_length=11,
                    ),
                ),
                ("n", models.BigIntegerField()),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=24),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="plan.program",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ipeo.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["workspace"], name="activitydelta_by_workspace")],
            },
        ),
        migrations.CreateModel(
            name="ActivityTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("touches", "Touches"),
                            ("leads", "Leads"),
                            ("planned", "Planned spend"),
                            ("committed", "Committed spend"),
                            ("actual", "Spend"),
                            ("impressions", "Impressions"),
                            ("clicks", "Clicks"),
                        ],
                        max_length=11,
                    ),
                ),
                ("n", models.BigIntegerField()),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=24),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="plan.program",
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
                        fields=("workspace", "figure", "date", "channel", "program"),
                        name="activitytotal_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Credit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.DecimalField(decimal_places=8, max_digits=10)),
                ("last", models.DecimalField(decimal_places=8, max_digits=10)),
                ("linear", models.DecimalField(decimal_places=8, max_digits=10)),
                ("time_decay", models.DecimalField(decimal_places=8, max_digits=10)),
                ("u", models.DecimalField(decimal_places=8, max_digits=10)),
                ("w", models.DecimalField(decimal_places=8, max_digits=10)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="The program's, as it was measured.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ipeo.campaign",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="execute.deal",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="plan.program",
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
                    models.Index(fields=["workspace", "program", "deal"], name="credit_by_program")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "deal", "channel", "program"),
                        name="credit_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.PositiveSmallIntegerField()),
                (
                    "month",
                    models.DateField(
                        help_text="Its first day; null where no date is known.", null=True
                    ),
                ),
                (
                    "grain",
                    models.CharField(
                        choices=[
                            ("channel", "Channel"),
                            ("program", "Program"),
                            ("campaign", "Campaign"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("count", "Deals won"),
                            ("net", "Net amount"),
                            ("margin", "Margin"),
                        ],
                        max_length=6,
                    ),
                ),
                ("key", models.BigIntegerField(help_text="Of the grain; 0 for none.")),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("linear", models.BigIntegerField()),
                ("time_decay", models.BigIntegerField()),
                ("u", models.BigIntegerField()),
                ("w", models.BigIntegerField()),
                ("shapley", models.BigIntegerField()),
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
                        fields=("workspace", "grain", "month", "kind", "key", "bucket"),
                        name="credittally_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.BigIntegerField(help_text="How many facts are added up here.")),
                ("n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("net_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("net_squares", models.DecimalField(decimal_places=20, max_digits=52)),
                ("list_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("list_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("priced_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("priced_net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("priced_list_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("beyond_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("beyond_net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("margin_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("margin_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("margin_squares", models.DecimalField(decimal_places=20, max_digits=52)),
                ("days_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("days", models.DecimalField(decimal_places=8, max_digits=28)),
                ("days_squares", models.DecimalField(decimal_places=16, max_digits=44)),
                ("new_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("model", models.CharField(max_length=13)),
                (
                    "month",
                    models.DateField(
                        help_text="Its first day; null where no date is known.", null=True
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("no_decision", "No decision"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ipeo.campaign",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="plan.program",
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
                        fields=(
                            "workspace",
                            "model",
                            "month",
                            "channel",
                            "program",
                            "campaign",
                            "outcome",
                        ),
                        name="credittotal_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.BigIntegerField(help_text="The buyer: account, or minus contact."),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("no_decision", "No decision"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "date",
                    models.DateField(
                        help_text="The close; of an open deal, its opening.", null=True
                    ),
                ),
                ("created_date", models.DateField(null=True)),
                (
                    "is_touched",
                    models.BooleanField(help_text="At least one touch is known in its journey."),
                ),
                (
                    "is_proposal",
                    models.BooleanField(help_text="The buyer has had an offer in hand."),
                ),
                ("is_new", models.BooleanField(help_text="The buyer's first won deal.")),
                (
                    "is_beyond",
                    models.BooleanField(
                        help_text="Discounted beyond the threshold; null without both prices.",
                        null=True,
                    ),
                ),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("list_amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("margin_amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("days", models.IntegerField(help_text="From opening to close.", null=True)),
                (
                    "deal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="execute.deal",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.product",
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
                    models.Index(fields=["workspace", "party"], name="dealfact_by_party"),
                    models.Index(fields=["workspace", "date"], name="dealfact_by_date"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "deal"), name="dealfact_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DealTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rows", models.BigIntegerField(help_text="How many facts are added up here.")),
                ("n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("net_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("net_squares", models.DecimalField(decimal_places=20, max_digits=52)),
                ("list_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("list_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("priced_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("priced_net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("priced_list_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("beyond_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("beyond_net_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("margin_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("margin_amount", models.DecimalField(decimal_places=10, max_digits=32)),
                ("margin_squares", models.DecimalField(decimal_places=20, max_digits=52)),
                ("days_n", models.DecimalField(decimal_places=8, max_digits=24)),
                ("days", models.DecimalField(decimal_places=8, max_digits=28)),
                ("days_squares", models.DecimalField(decimal_places=16, max_digits=44)),
                ("new_n", models.DecimalField(decimal_places=8, max_digits=24)),
                (
                    "month",
                    models.DateField(
                        help_text="Its first day; null where no date is known.", null=True
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("no_decision", "No decision"),
                        ],
                        max_length=11,
                    ),
                ),
                ("is_touched", models.BooleanField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.product",
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
                        fields=("workspace", "month", "owner", "product", "outcome", "is_touched"),
                        name="dealtotal_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DigestMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "week_starts_on",
                    models.DateField(help_text="The Monday of the week that it tells of."),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "membership", "week_starts_on"), name="digestmail_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ExperimentUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "unit_key",
                    models.CharField(help_text="An id, or a region's name.", max_length=120),
                ),
                (
                    "arm",
                    models.CharField(
                        choices=[("control", "Control"), ("treated", "Treated")], max_length=7
                    ),
                ),
                (
                    "is_given",
                    models.BooleanField(
                        default=False, help_text="Told by a list, not drawn by lot."
                    ),
                ),
                (
                    "experiment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="optimize.experiment",
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
                        fields=("workspace", "experiment", "unit_key"), name="experimentunit_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Fit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wear", "Program wear-out"),
                            ("discount", "What discounts bought"),
                            ("holding", "Why nothing is advised"),
                            ("cell", "Wear-out of an audience, message and channel"),
                            ("help", "What helped to win"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "subject_key",
                    models.CharField(
                        help_text="A program's or cycle's id, or `workspace`.", max_length=40
                    ),
                ),
                ("result", models.JSONField(default=dict)),
                ("fitted_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        fields=("workspace", "kind", "subject_key"), name="fit_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FunnelFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.BigIntegerField()),
                (
                    "depth",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Aware"),
                            (2, "Considering"),
                            (3, "Second look"),
                            (4, "Opportunity"),
                            (5, "Proposal"),
                            (6, "Won"),
                        ]
                    ),
                ),
                (
                    "is_handed_over",
                    models.BooleanField(help_text="The mind has changed: sales may act."),
                ),
                (
                    "handoff_minutes",
                    models.BigIntegerField(
                        help_text="From the second look to the first touch of sales after it.",
                        null=True,
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
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
                "indexes": [
                    models.Index(fields=["workspace", "party"], name="funnelfact_by_party")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "party"), name="funnelfact_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FunnelTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("depth", models.PositiveSmallIntegerField()),
                ("n", models.BigIntegerField()),
                ("handed_over", models.BigIntegerField()),
                (
                    "taken_up",
                    models.BigIntegerField(help_text="Of those, the ones that sales then touched."),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
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
                        fields=("workspace", "cycle", "depth"), name="funneltotal_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Journey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "party",
                    models.BigIntegerField(help_text="The buyer: account, or minus contact."),
                ),
                ("closed_date", models.DateField(null=True)),
                ("created_date", models.DateField(null=True)),
                ("first_date", models.DateField(help_text="The day of the earliest touch.")),
                ("last_date", models.DateField(help_text="The day of the latest touch.")),
                ("is_won", models.BooleanField()),
                ("net_cents", models.BigIntegerField(null=True)),
                ("margin_cents", models.BigIntegerField(null=True)),
                ("path", models.BinaryField()),
                (
                    "deal",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="execute.deal",
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
                    models.Index(fields=["workspace", "party"], name="journey_by_party"),
                    models.Index(fields=["workspace", "closed_date"], name="journey_by_close"),
                    models.Index(fields=["workspace", "created_date"], name="journey_by_opening"),
                    models.Index(fields=["workspace", "first_date"], name="journey_by_first_touch"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "deal"), name="journey_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.BigIntegerField()),
                ("date", models.DateField()),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="insight.contact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="plan.program",
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
                "indexes": [models.Index(fields=["workspace", "party"], name="leadfact_by_party")],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "contact"), name="leadfact_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasurementState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("measured_at", models.DateTimeField(null=True)),
                (
                    "full_at",
                    models.DateTimeField(
                        help_text="When everything was last measured anew.", null=True
                    ),
                ),
                (
                    "facts_through",
                    models.DateField(help_text="The day of the latest touch or close.", null=True),
                ),
                ("settings", models.JSONField(default=dict)),
                (
                    "calendar",
                    models.JSONField(
                        default=dict, help_text="Each program's campaign and its cycles."
                    ),
                ),
                (
                    "last",
                    models.JSONField(
                        default=dict, help_text="What the last measurement read and took."
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
                    models.UniqueConstraint(fields=("workspace",), name="measurementstate_once")
                ],
            },
        ),
        *policies.tenant(
            "optimize_period",
            "optimize_recommendation",
            "optimize_experiment",
            "optimize_decision",
            "optimize_restatement",
            "optimize_snapshot",
            "optimize_transitiontally",
            "optimize_activitytotal",
            "optimize_credit",
            "optimize_credittally",
            "optimize_credittotal",
            "optimize_dealfact",
            "optimize_dealtotal",
            "optimize_digestmail",
            "optimize_experimentunit",
            "optimize_fit",
            "optimize_funnelfact",
            "optimize_funneltotal",
            "optimize_journey",
            "optimize_leadfact",
            "optimize_measurementstate",
        ),
        *policies.directory("optimize_staleparty"),
        *policies.directory("optimize_activitydelta"),
        migrations.RunSQL(_triggers.SQL, migrations.RunSQL.noop),
        *policies.audited(
            "optimize_period",
            "optimize_decision",
            "optimize_experiment",
        ),
    ]
