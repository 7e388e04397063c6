import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
import execute.models.materials
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
                    "original_currency",
                    models.CharField(blank=True, db_default="", default="", max_length=3),
                ),
                (
                    "exchange_rate",
                    models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True),
                ),
                (
                    "original_list_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "original_net_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "original_cost_amount",
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "party"], name="deal_by_party"),
                    models.Index(
                        fields=["workspace", "outcome", "closed_date"], name="deal_by_outcome"
                    ),
                    models.Index(fields=["workspace", "-updated_at", "-id"], name="deal_by_update"),
                    models.Index(
                        condition=models.Q(("outcome", "open")),
                        fields=["workspace", "expected_close_date"],
                        name="deal_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="deal_import_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_date", None), ("outcome", "open")),
                            models.Q(
                                models.Q(("outcome", "open"), _negated=True),
                                ("closed_date__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="deal_closed_has_its_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("value", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("price", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("trust", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "again",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "Yes"), ("perhaps", "Maybe"), ("no", "No")],
                        max_length=7,
                    ),
                ),
                ("words", models.TextField(blank=True)),
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
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="buyer_reviews",
                        to="execute.deal",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "deal", "-id"], name="buyerreview_by_deal"),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["workspace", "answered_at"],
                        name="buyerreview_answered",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value", None), ("value__range", (1, 5)), _connector="OR"
                        ),
                        name="buyerreview_value_scale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("price", None), ("price__range", (1, 5)), _connector="OR"
                        ),
                        name="buyerreview_price_scale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trust", None), ("trust__range", (1, 5)), _connector="OR"
                        ),
                        name="buyerreview_trust_scale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None),
                            models.Q(("again", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="buyerreview_answered_whole",
                    ),
                ],
            },
        ),
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
                        default=False, help_text="From this stage on, the buyer has an offer."
                    ),
                ),
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
            options={
                "indexes": [
                    models.Index(fields=["workspace", "position"], name="dealstage_by_position"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="dealstage_name_once"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deals",
                to="execute.dealstage",
            ),
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
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "deal", "entered_at"], name="dealstagechange_by_deal"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="DiscountApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for a manager"),
                            ("approved", "Approved"),
                            ("sent_back", "Sent back"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=9,
                    ),
                ),
                ("list_amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("discount", models.DecimalField(decimal_places=6, max_digits=9)),
                ("margin", models.DecimalField(decimal_places=6, max_digits=9, null=True)),
                (
                    "break_even_uplift",
                    models.DecimalField(decimal_places=6, max_digits=16, null=True),
                ),
                ("shown", models.TextField(blank=True)),
                (
                    "in_return",
                    models.CharField(
                        choices=[
                            ("longer_term", "A longer term"),
                            ("volume", "More volume"),
                            ("reference", "A reference"),
                            ("prepayment", "Prepayment"),
                            ("scope", "A broader scope"),
                            ("other", "Something else"),
                        ],
                        max_length=11,
                    ),
                ),
                ("in_return_note", models.CharField(blank=True, max_length=500)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "asked_by",
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
                        related_name="discount_approvals",
                        to="execute.deal",
                    ),
                ),
                (
                    "decided_by",
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
                        fields=["workspace", "deal", "-id"], name="discountapproval_by_deal"
                    ),
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["workspace", "asked_at"],
                        name="discountapproval_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("workspace", "deal"),
                        name="discountapproval_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("status", "pending")),
                            models.Q(
                                models.Q(("status", "pending"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="discountapproval_decided_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "sent_back"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="discountapproval_sent_back_says_why",
                    ),
                ],
            },
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
                (
                    "buyer_name",
                    models.CharField(
                        blank=True, help_text="Wording for buyers, if different.", max_length=80
                    ),
                ),
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
            options={
                "indexes": [
                    models.Index(fields=["workspace", "position"], name="driver_by_position"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "name"), name="driver_name_once"),
                ],
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "deal", "driver"), name="dealdriver_once"
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="drivers",
            field=models.ManyToManyField(
                blank=True, through="execute.DealDriver", to="execute.driver"
            ),
        ),
        migrations.CreateModel(
            name="BuyerReviewDriver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_drivers",
                        to="execute.buyerreview",
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "review", "driver"), name="buyerreviewdriver_once"
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="buyerreview",
            name="drivers",
            field=models.ManyToManyField(
                blank=True, through="execute.BuyerReviewDriver", to="execute.driver"
            ),
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}$", "Use the three letters of a currency, such as GBP."
                            )
                        ],
                    ),
                ),
                ("date", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=8,
                        max_digits=18,
                        validators=[
                            django.core.validators.MinValueValidator(
                                Decimal("1E-8"), "A rate must be above zero."
                            )
                        ],
                    ),
                ),
                ("origin", models.CharField(blank=True, max_length=200)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "set_by",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "currency", "date"), name="exchangerate_day_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="exchangerate_is_positive"
                    ),
                ]
            },
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
                            ("stage_history", "Stage history of deals"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[("file", "A file"), ("api", "The API")],
                        default="file",
                        max_length=4,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "Needs review"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
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
                (
                    "stored",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="How many of its rows are dealt with: a lost worker's successor goes on.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undone",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Rows removed, restored and kept, with the reasons.",
                    ),
                ),
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
                    "undo_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
                (
                    "undo_run",
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
            options={
                "indexes": [
                    models.Index(fields=["workspace", "-created_at"], name="import_by_time"),
                ]
            },
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
            name="ImportMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
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
                            ("stage_history", "Stage history of deals"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "signature",
                    models.CharField(help_text="The digest of the headers.", max_length=64),
                ),
                ("mapping", models.JSONField(blank=True, default=dict)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "saved_by",
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
                    models.Index(
                        fields=["workspace", "signature", "-last_used_at"],
                        name="importmapping_by_headers",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="importmapping_name_once"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="import",
            name="saved_mapping",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="execute.importmapping",
            ),
        ),
        migrations.CreateModel(
            name="ImportPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=63),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "made",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "made_prints",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "changed_prints",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("before", models.JSONField(blank=True, default=list)),
                ("undone", models.BooleanField(default=False)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
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
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "source", "-id"], name="importpiece_by_source"
                    ),
                ]
            },
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
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "source", "line"], name="importrefusal_by_line"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Launch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("override_reason", models.TextField(blank=True)),
                ("overridden", models.JSONField(blank=True, default=list)),
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
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="launches",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="launches",
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
                    models.Index(fields=["workspace", "program"], name="launch_by_program"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "program"), name="launch_once_per_cycle"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("overridden", []),
                            models.Q(("override_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="launch_overridden_says_why",
                    ),
                ],
            },
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
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="material_name_once"
                    ),
                ]
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "deal", "material"), name="dealmaterial_once"
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="helped_by",
            field=models.ManyToManyField(
                blank=True, through="execute.DealMaterial", to="execute.material"
            ),
        ),
        migrations.CreateModel(
            name="MaterialVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("url", models.URLField(blank=True, max_length=500)),
                (
                    "file",
                    models.FileField(
                        blank=True, max_length=300, upload_to=execute.models.materials.stored_under
                    ),
                ),
                ("file_name", models.CharField(blank=True, max_length=200)),
                ("content_type", models.CharField(blank=True, max_length=100)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("change_note", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("sent_back", "Sent back"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.membership",
                    ),
                ),
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
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="execute.material",
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
                        fields=("workspace", "material", "number"),
                        name="materialversion_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="materialversion_decided_has_its_time",
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="material",
            name="approved",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="execute.materialversion",
            ),
        ),
        migrations.CreateModel(
            name="NamingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lower_case", models.BooleanField(default=True)),
                ("separator", models.CharField(default="-", max_length=1)),
                (
                    "required",
                    models.JSONField(default=list, help_text="Parameters that may not be empty."),
                ),
                (
                    "allowed",
                    models.JSONField(
                        default=dict, help_text="Values by parameter; none: any value."
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
                    models.UniqueConstraint(fields=("workspace",), name="namingrule_one"),
                ]
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "key"), name="repname_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="SpendRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("campaign", "Campaign name"),
                            ("description", "Ad group or description"),
                            ("source", "Source"),
                        ],
                        default="campaign",
                        max_length=11,
                    ),
                ),
                (
                    "comparison",
                    models.CharField(
                        choices=[
                            ("contains", "contains"),
                            ("starts", "starts with"),
                            ("equals", "is exactly"),
                            ("pattern", "matches the pattern"),
                        ],
                        default="contains",
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="insight.channel",
                    ),
                ),
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
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spend_rules",
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
                        fields=["workspace", "position", "id"], name="spendrule_by_position"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("program__isnull", False), ("channel__isnull", False), _connector="OR"
                        ),
                        name="spendrule_leads_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="spendrule_has_text"
                    ),
                ],
            },
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
                    "original_amount",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True),
                ),
                (
                    "original_currency",
                    models.CharField(blank=True, db_default="", default="", max_length=3),
                ),
                (
                    "exchange_rate",
                    models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True),
                ),
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
                (
                    "committed_amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="The ordered amount, if the invoice differed.",
                        max_digits=16,
                        null=True,
                    ),
                ),
                (
                    "campaign_name",
                    models.CharField(blank=True, db_default="", default="", max_length=300),
                ),
                ("impressions", models.PositiveBigIntegerField(blank=True, null=True)),
                ("clicks", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "series",
                    models.UUIDField(
                        blank=True,
                        editable=False,
                        help_text="Of expenses that recur month by month.",
                        null=True,
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
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
                    "channel_before_rule",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
                (
                    "rule",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="execute.spendrule",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "-date", "-id"], name="expense_by_date"),
                    models.Index(
                        fields=["workspace", "program", "date"], name="expense_by_program"
                    ),
                    models.Index(
                        condition=models.Q(
                            ("program", None), models.Q(("campaign_name", ""), _negated=True)
                        ),
                        fields=["workspace", "campaign_name"],
                        name="expense_unmatched",
                    ),
                    models.Index(
                        condition=models.Q(("series__isnull", False)),
                        fields=["workspace", "series", "date"],
                        name="expense_by_series",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="expense_import_key_once"
                    ),
                ],
            },
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
                            ("doing", "In progress"),
                            ("done", "Done"),
                            ("dropped", "Dropped"),
                        ],
                        default="to_do",
                        max_length=7,
                    ),
                ),
                ("due_date", models.DateField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
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
            options={
                "indexes": [
                    models.Index(fields=["workspace", "state", "due_date"], name="task_by_state"),
                    models.Index(fields=["workspace", "cycle", "state"], name="task_by_cycle"),
                    models.Index(fields=["workspace", "due_date"], name="task_by_due_date"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at", None)),
                            _connector="OR",
                        ),
                        name="task_done_has_its_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handoff",
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
                        max_length=10,
                    ),
                ),
                ("handed_at", models.DateTimeField(help_text="When the buyer took a second look.")),
                ("due_at", models.DateTimeField()),
                (
                    "first_touch_at",
                    models.DateTimeField(help_text="The first touch of sales since.", null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="insight.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="insight.contact",
                    ),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handoffs",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "owner",
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
                    "task",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="handoffs",
                        to="execute.task",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "-handed_at", "-id"], name="handoff_by_time"),
                    models.Index(
                        condition=models.Q(("first_touch_at", None)),
                        fields=["workspace", "due_at"],
                        name="handoff_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "party", "cycle"),
                        name="handoff_once_per_buyer_and_cycle",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskDependency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waits",
                        to="execute.task",
                    ),
                ),
                (
                    "waits_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds_up",
                        to="execute.task",
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
                        fields=("workspace", "task", "waits_for"), name="taskdependency_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("task", models.F("waits_for")), _negated=True),
                        name="taskdependency_of_another",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="TaskTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "offer",
                    models.CharField(
                        blank=True,
                        choices=[("value", "Value"), ("trial", "Trial"), ("price", "Price")],
                        max_length=5,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
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
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="tasktemplate_name_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="TemplateTask",
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
                    "owner_role",
                    models.CharField(
                        choices=[
                            ("marketing", "The program's marketing owner"),
                            ("sales", "The program's sales owner"),
                            ("nobody", "Unassigned"),
                        ],
                        default="marketing",
                        max_length=9,
                    ),
                ),
                (
                    "offset_days",
                    models.SmallIntegerField(
                        default=0, help_text="Days after; use a minus sign for days before."
                    ),
                ),
                (
                    "counted_from",
                    models.CharField(
                        choices=[("start", "the flight's start"), ("end", "the flight's end")],
                        default="start",
                        max_length=5,
                    ),
                ),
                ("waits_for_previous", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="execute.tasktemplate",
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
                        fields=["workspace", "template", "position"], name="templatetask_by_place"
                    ),
                ]
            },
        ),
        migrations.AddField(
            model_name="task",
            name="template_task",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="execute.templatetask",
            ),
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
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "party", "occurred_at"], name="touch_by_party"
                    ),
                    models.Index(fields=["workspace", "occurred_at", "id"], name="touch_by_time"),
                    models.Index(
                        condition=models.Q(("level", 3)),
                        fields=["workspace", "occurred_at"],
                        name="touch_second_looks",
                    ),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)),
                        fields=["workspace", "contact"],
                        name="touch_by_contact",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="touch_import_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("contact__isnull", False), ("account__isnull", False), _connector="OR"
                        ),
                        name="touch_is_of_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackedLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("target", models.TextField()),
                ("destination", models.TextField(editable=False)),
                ("utm_source", models.CharField(blank=True, max_length=200)),
                ("utm_medium", models.CharField(blank=True, max_length=200)),
                ("utm_campaign", models.CharField(blank=True, max_length=200)),
                ("utm_content", models.CharField(blank=True, max_length=200)),
                ("utm_term", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
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
                    models.Index(fields=["workspace", "-id"], name="trackedlink_by_time"),
                    models.Index(fields=["workspace", "program"], name="trackedlink_by_program"),
                ]
            },
        ),
        migrations.CreateModel(
            name="LinkDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("clicks", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("robots", models.PositiveIntegerField(default=0)),
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
                    "link",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="execute.trackedlink",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "link", "day"), name="linkday_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("known__lte", models.F("clicks"))),
                        name="linkday_known_are_clicks",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="LinkClick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "contact_number",
                    models.BigIntegerField(help_text="Of a personal link.", null=True),
                ),
                ("is_robot", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "link",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="execute.trackedlink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "link"], name="linkclick_by_link"),
                ]
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "whose",
                    models.CharField(
                        choices=[("mine", "Only my tasks"), ("everybody", "Everyone's tasks")],
                        default="mine",
                        max_length=9,
                    ),
                ),
                ("with_flights", models.BooleanField(default=True)),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_read_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
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
                    models.Index(fields=["workspace", "membership"], name="calendarfeed_by_member")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "digest"), name="calendarfeed_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
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
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="execute.deal",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
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
                        fields=("workspace", "deal", "position"), name="dealline_position_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["workspace", "stage", "-updated_at"], name="deal_by_stage"),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("template_task__isnull", False)),
                fields=("workspace", "cycle", "program", "template_task"),
                name="task_once_per_template",
            ),
        ),
        *policies.tenant(
            "execute_deal",
            "execute_dealstage",
            "execute_dealstagechange",
            "execute_discountapproval",
            "execute_driver",
            "execute_dealdriver",
            "execute_buyerreviewdriver",
            "execute_exchangerate",
            "execute_import",
            "execute_importmapping",
            "execute_importpiece",
            "execute_importrefusal",
            "execute_launch",
            "execute_material",
            "execute_dealmaterial",
            "execute_materialversion",
            "execute_namingrule",
            "execute_repname",
            "execute_spendrule",
            "execute_expense",
            "execute_task",
            "execute_handoff",
            "execute_taskdependency",
            "execute_tasktemplate",
            "execute_templatetask",
            "execute_touch",
            "execute_linkday",
            "execute_calendarfeed",
            "execute_dealline",
        ),
        *policies.directory("execute_buyerreview"),
        *policies.directory("execute_trackedlink"),
        *policies.directory("execute_linkclick"),
        *policies.audited(
            "execute_dealstage",
            "execute_driver",
            "execute_deal",
            "execute_dealdriver",
            "execute_dealmaterial",
            "execute_dealline",
            "execute_expense",
            "execute_touch",
            "execute_task",
            "execute_importmapping",
            "execute_taskdependency",
            "execute_tasktemplate",
            "execute_templatetask",
            "execute_material",
            "execute_trackedlink",
            "execute_namingrule",
            "execute_materialversion",
            "execute_exchangerate",
            "execute_spendrule",
            "execute_discountapproval",
            "execute_buyerreview",
            "execute_launch",
        ),
    ]
