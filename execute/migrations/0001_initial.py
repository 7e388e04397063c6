import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models

from ipeo.database import policies


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("insight", "0001_initial"),
        ("ipeo", "0001_initial"),
        ("plan", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DealStage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("won", "Won"),
                            ("lost", "Lost"),
                            ("no_decision", "No decision"),
                        ],
                        default="open",
                        max_length=11,
                    ),
                ),
                (
                    "is_proposal",
                    models.BooleanField(
                        default=False, help_text="From here on the buyer has an offer in hand."
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
            name="Deal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250)),
                (
                    "quantity",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("1"),
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
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
                        default="open",
                        max_length=11,
                    ),
                ),
                ("created_date", models.DateField(blank=True, null=True)),
                ("expected_close_date", models.DateField(blank=True, null=True)),
                ("closed_date", models.DateField(blank=True, null=True)),
                (
                    "list_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "net_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "cost_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "discount",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                models.Q(("list_amount__gt", 0)),
                                then=django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("list_amount"), "-", models.F("net_amount")
                                    ),
                                    "/",
                                    models.F("list_amount"),
                                ),
                            ),
                            default=None,
                        ),
                        output_field=models.DecimalField(
                            decimal_places=6, max_digits=24, null=True
                        ),
                    ),
                ),
                (
                    "margin_amount",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("net_amount"), "-", models.F("cost_amount")
                        ),
                        output_field=models.DecimalField(
                            decimal_places=2, max_digits=18, null=True
                        ),
                    ),
                ),
                ("outcome_note", models.TextField(blank=True)),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
                ),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "party",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("account"),
                            django.db.models.expressions.CombinedExpression(
                                models.F("contact"), "*", models.Value(-1)
                            ),
                        ),
                        output_field=models.BigIntegerField(null=True),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deals",
                        to="insight.account",
                    ),
                ),
                (
                    "competitor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.competitor",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="deals",
                        to="insight.contact",
                    ),
                ),
                (
                    "outcome_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insight.product",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        help_text="The program whose offer the deal was made under, where there was one.",
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
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="execute.dealstage",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DealStageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stage_changes",
                        to="execute.deal",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="execute.dealstage",
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
            name="Driver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("decides_won", models.BooleanField(default=True)),
                ("decides_lost", models.BooleanField(default=True)),
                ("is_price", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
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
            name="DealDriver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deal_drivers",
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
                (
                    "driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="execute.driver",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deal",
            name="drivers",
            field=models.ManyToManyField(
                blank=True, through="execute.DealDriver", to="execute.driver"
            ),
        ),
        migrations.CreateModel(
            name="Import",
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
                            ("products", "Products"),
                            ("accounts", "Accounts"),
                            ("contacts", "Contacts and leads"),
                            ("deals", "Deals"),
                            ("touches", "Touches"),
                            ("expenses", "Expenses"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "Waiting for your look"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="preview",
                        max_length=7,
                    ),
                ),
                ("file_name", models.CharField(max_length=250)),
                ("file_digest", models.CharField(max_length=64)),
                ("file", models.FileField(blank=True, max_length=300, upload_to="imports/%Y/%m/")),
                ("mapping", models.JSONField(blank=True, default=dict)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("doubts", models.JSONField(blank=True, default=list)),
                ("notes", models.JSONField(blank=True, default=list)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
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
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.run",
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
            name="Expense",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(default=django.utils.timezone.localdate)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("committed", "Committed"),
                            ("actual", "Actual"),
                        ],
                        default="actual",
                        max_length=9,
                    ),
                ),
                ("impressions", models.PositiveBigIntegerField(blank=True, null=True)),
                ("clicks", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expenses",
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
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="execute.import",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deal",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="execute.import",
            ),
        ),
        migrations.CreateModel(
            name="ImportRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveIntegerField()),
                ("column", models.CharField(blank=True, max_length=120)),
                ("value", models.TextField(blank=True)),
                ("reason", models.CharField(max_length=300)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="execute.import",
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
            name="Material",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("url", models.URLField(blank=True, max_length=500)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("approved", "Approved"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="materials",
                        to="plan.program",
                    ),
                ),
                (
                    "proof_point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.proofpoint",
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
            name="DealMaterial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deal_materials",
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
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="execute.material",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="deal",
            name="helped_by",
            field=models.ManyToManyField(
                blank=True, through="execute.DealMaterial", to="execute.material"
            ),
        ),
        migrations.CreateModel(
            name="RepName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="The name without case and accents.", max_length=250
                    ),
                ),
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
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "side",
                    models.CharField(
                        choices=[("marketing", "Marketing"), ("sales", "Sales")],
                        default="marketing",
                        max_length=9,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("to_do", "To do"),
                            ("doing", "Doing"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="to_do",
                        max_length=7,
                    ),
                ),
                ("due_date", models.DateField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "cycle",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "owner",
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tasks",
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
        ),
        migrations.CreateModel(
            name="Touch",
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
                            ("impression", "Impression"),
                            ("sent", "Sent"),
                            ("open", "Opened"),
                            ("click", "Click"),
                            ("visit", "Visit"),
                            ("form", "Form filled in"),
                            ("event", "Event attended"),
                            ("reply", "Reply"),
                            ("lead", "Lead source"),
                            ("call", "Call"),
                            ("meeting", "Meeting"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=10,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Aware"), (2, "Considering"), (3, "Second look")], default=1
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
                ),
                (
                    "party",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            models.F("account"),
                            django.db.models.expressions.CombinedExpression(
                                models.F("contact"), "*", models.Value(-1)
                            ),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="insight.account",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="insight.contact",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plan.program",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="execute.import",
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
        migrations.AddIndex(
            model_name="dealstage",
            index=models.Index(fields=["workspace", "position"], name="dealstage_by_position"),
        ),
        migrations.AddConstraint(
            model_name="dealstage",
            constraint=models.UniqueConstraint(
                fields=("workspace", "name"), name="dealstage_name_once"
            ),
        ),
        migrations.AddIndex(
            model_name="dealstagechange",
            index=models.Index(
                fields=["workspace", "deal", "entered_at"], name="dealstagechange_by_deal"
            ),
        ),
        migrations.AddIndex(
            model_name="driver",
            index=models.Index(fields=["workspace", "position"], name="driver_by_position"),
        ),
        migrations.AddConstraint(
            model_name="driver",
            constraint=models.UniqueConstraint(
                fields=("workspace", "name"), name="driver_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dealdriver",
            constraint=models.UniqueConstraint(
                fields=("workspace", "deal", "driver"), name="dealdriver_once"
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["workspace", "-created_at"], name="import_by_time"),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(fields=["workspace", "-date", "-id"], name="expense_by_date"),
        ),
        migrations.AddIndex(
            model_name="expense",
            index=models.Index(fields=["workspace", "program", "date"], name="expense_by_program"),
        ),
        migrations.AddConstraint(
            model_name="expense",
            constraint=models.UniqueConstraint(
                fields=("workspace", "import_key"), name="expense_import_key_once"
            ),
        ),
        migrations.AddIndex(
            model_name="importrefusal",
            index=models.Index(
                fields=["workspace", "source", "line"], name="importrefusal_by_line"
            ),
        ),
        migrations.AddConstraint(
            model_name="material",
            constraint=models.UniqueConstraint(
                fields=("workspace", "name"), name="material_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dealmaterial",
            constraint=models.UniqueConstraint(
                fields=("workspace", "deal", "material"), name="dealmaterial_once"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["workspace", "party"], name="deal_by_party"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["workspace", "stage", "-updated_at"], name="deal_by_stage"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                fields=["workspace", "outcome", "closed_date"], name="deal_by_outcome"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["workspace", "-updated_at", "-id"], name="deal_by_update"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("outcome", "open")),
                fields=["workspace", "expected_close_date"],
                name="deal_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.UniqueConstraint(
                fields=("workspace", "import_key"), name="deal_import_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_date", None), ("outcome", "open")),
                    models.Q(
                        models.Q(("outcome", "open"), _negated=True), ("closed_date__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="deal_closed_has_its_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="repname",
            constraint=models.UniqueConstraint(fields=("workspace", "key"), name="repname_once"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["workspace", "state", "due_date"], name="task_by_state"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["workspace", "cycle", "state"], name="task_by_cycle"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", False), ("state", "done")),
                    models.Q(models.Q(("state", "done"), _negated=True), ("done_at", None)),
                    _connector="OR",
                ),
                name="task_done_has_its_time",
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(fields=["workspace", "party", "occurred_at"], name="touch_by_party"),
        ),
        migrations.AddConstraint(
            model_name="touch",
            constraint=models.UniqueConstraint(
                fields=("workspace", "import_key"), name="touch_import_key_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="touch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contact__isnull", False), ("account__isnull", False), _connector="OR"
                ),
                name="touch_is_of_somebody",
            ),
        ),
        *policies.tenant(
            "execute_dealstage",
            "execute_deal",
            "execute_dealstagechange",
            "execute_driver",
            "execute_dealdriver",
            "execute_import",
            "execute_expense",
            "execute_importrefusal",
            "execute_material",
            "execute_dealmaterial",
            "execute_repname",
            "execute_task",
            "execute_touch",
        ),
        *policies.audited(
            "execute_dealstage",
            "execute_driver",
            "execute_deal",
            "execute_dealdriver",
            "execute_dealmaterial",
            "execute_expense",
            "execute_touch",
            "execute_task",
            "execute_material",
        ),
    ]
