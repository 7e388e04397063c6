import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models

from ipeo.database import policies
from insight.migrations import _search


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ipeo", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250)),
                ("industry", models.CharField(blank=True, max_length=120)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("country", models.CharField(blank=True, max_length=120)),
                ("employees", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "annual_revenue",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True),
                ),
                ("website", models.CharField(blank=True, max_length=250)),
                ("parent_name", models.CharField(blank=True, max_length=250)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        models.F("workspace"),
                        django.db.models.functions.text.Lower("name"),
                        name="account_by_name",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="account_import_key_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Audience",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("rule", models.JSONField(default=dict)),
                ("size", models.PositiveIntegerField(blank=True, null=True)),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
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
                        fields=("workspace", "name"), name="audience_name_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="BrandStory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("for_whom", models.TextField()),
                ("problem", models.TextField()),
                ("promise", models.TextField()),
                ("tone", models.CharField(blank=True, max_length=200)),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_current", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                        fields=("workspace", "version"), name="brandstory_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("workspace",),
                        name="brandstory_one_current",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                (
                    "key",
                    models.CharField(
                        help_text="The name in small letters, for matching.", max_length=120
                    ),
                ),
                (
                    "is_sales",
                    models.BooleanField(default=False, help_text="Touches made by sales reps."),
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
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "key"), name="channel_key_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Competitor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("website", models.URLField(blank=True)),
                (
                    "positioning",
                    models.TextField(blank=True, help_text="How they win, and where we beat them."),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "name"), name="competitor_name_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Battlecard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("is_current", models.BooleanField(default=True)),
                ("their_claim", models.TextField()),
                ("our_answer", models.TextField()),
                (
                    "proofs",
                    models.JSONField(
                        blank=True, default=list, help_text="Lines that prove the answer."
                    ),
                ),
                (
                    "traps",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Questions that let the buyer find the weak spot.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "competitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="battlecards",
                        to="insight.competitor",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "competitor", "version"),
                        name="battlecard_version_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("workspace", "competitor"),
                        name="battlecard_one_current",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="CompetitorMove",
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
                            ("price_cut", "Price cut"),
                            ("launch", "Launch"),
                            ("campaign", "Campaign"),
                            ("hire", "Hire"),
                            ("other", "Other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("description", models.CharField(max_length=300)),
                ("happened_on", models.DateField()),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "competitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="insight.competitor",
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
                        fields=["workspace", "-happened_on"], name="competitormove_by_date"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("title", models.CharField(blank=True, max_length=120)),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Where the lead came from.", max_length=120
                    ),
                ),
                (
                    "lead_date",
                    models.DateField(blank=True, help_text="The first contact.", null=True),
                ),
                (
                    "consent",
                    models.CharField(
                        choices=[
                            ("unknown", "Not known"),
                            ("given", "Given"),
                            ("refused", "Refused"),
                        ],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contacts",
                        to="insight.account",
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
                        models.F("workspace"),
                        django.db.models.functions.text.Lower("email"),
                        name="contact_by_email",
                    ),
                    models.Index(
                        models.F("workspace"),
                        django.db.models.functions.text.Lower("name"),
                        name="contact_by_name",
                    ),
                    models.Index(fields=["workspace", "account"], name="contact_by_account"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="contact_import_key_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statement", models.CharField(max_length=300)),
                ("detail", models.TextField(blank=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("research", "Research"),
                            ("sales", "Sales"),
                            ("measurement", "Measured"),
                        ],
                        default="research",
                        max_length=12,
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
                        default="medium",
                        max_length=6,
                    ),
                ),
                ("evidence", models.JSONField(blank=True, default=dict)),
                ("evidence_url", models.CharField(blank=True, max_length=300)),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("subject_key", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_on", models.DateField(blank=True, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="ipeo.campaign",
                    ),
                ),
                (
                    "learned_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ipeo.cycle",
                    ),
                ),
                (
                    "recorded_by",
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
                        fields=["workspace", "campaign", "-recorded_at"], name="finding_by_campaign"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("learned_in__isnull", False)),
                        fields=("workspace", "learned_in", "kind", "subject_key"),
                        name="finding_learned_once_per_cycle",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disposition",
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
                            ("waiting", "Awaits a decision"),
                            ("adopted", "Adopted"),
                            ("rejected", "Rejected"),
                            ("deferred", "Deferred"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "carried",
                    models.BooleanField(
                        default=False, help_text="Carried in from the cycle before."
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dispositions",
                        to="ipeo.cycle",
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
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dispositions",
                        to="insight.finding",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "cycle", "finding"), name="disposition_once_per_cycle"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision__in", ["waiting", "adopted"]),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="disposition_no_has_a_reason",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="FindingRenewal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("expired_on", models.DateField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(max_length=300)),
                ("renewed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renewals",
                        to="insight.finding",
                    ),
                ),
                (
                    "renewed_by",
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
                        fields=["workspace", "finding", "-id"], name="findingrenewal_by_finding"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="findingrenewal_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("family", models.CharField(blank=True, max_length=120)),
                (
                    "list_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "unit_cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=16,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                ("valued_for", models.CharField(blank=True, max_length=300)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "import_key",
                    models.CharField(blank=True, editable=False, max_length=250, null=True),
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
                    models.UniqueConstraint(fields=("workspace", "name"), name="product_name_once"),
                    models.UniqueConstraint(
                        fields=("workspace", "import_key"), name="product_import_key_once"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ProofPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("statement", models.CharField(max_length=300)),
                ("evidence", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "story",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proof_points",
                        to="insight.brandstory",
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
                        fields=["workspace", "story", "position"], name="proofpoint_by_story"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ResponseCurve",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fit_key", models.UUIDField(help_text="The same for all the curves of a fit.")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("margin", "Margin won"),
                            ("net", "Net amount won"),
                            ("leads", "Leads"),
                        ],
                        max_length=6,
                    ),
                ),
                ("is_current", models.BooleanField(default=True)),
                (
                    "is_informed",
                    models.BooleanField(help_text="The data moved what was believed before."),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it is not informed.", max_length=300
                    ),
                ),
                ("first_week", models.DateField(help_text="Its Monday.", null=True)),
                ("last_week", models.DateField(help_text="Its Monday.", null=True)),
                ("weeks", models.PositiveIntegerField(help_text="Weeks the fit looked at.")),
                ("weeks_with_spend", models.PositiveIntegerField()),
                (
                    "spend_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="In the workspace's currency.", max_digits=24
                    ),
                ),
                (
                    "weekly_spend_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Per week, over the last 13 weeks.",
                        max_digits=20,
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                (
                    "forms",
                    models.JSONField(default=dict, help_text="The weight of each form of curve."),
                ),
                ("lags", models.PositiveSmallIntegerField(default=8)),
                ("draws", models.JSONField(default=list)),
                ("diagnostics", models.JSONField(default=dict)),
                ("fitted_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="response_curves",
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
                "indexes": [
                    models.Index(
                        fields=["workspace", "channel", "-fitted_at"], name="responsecurve_history"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("workspace", "channel"),
                        name="responsecurve_one_current",
                    ),
                    models.UniqueConstraint(
                        fields=("workspace", "fit_key", "channel"),
                        name="responsecurve_once_per_fit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Study",
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
                            ("note", "Note"),
                            ("price", "Price sensitivity"),
                            ("ladder", "Price acceptance"),
                            ("brand", "Brand tracking"),
                            ("interviews", "Win and loss interviews"),
                        ],
                        default="note",
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("body", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=200)),
                ("tags", models.JSONField(blank=True, default=list)),
                ("held_on", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "settings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Of a price study, its currency and what it asks.",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "search",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.CombinedSearchVector(
                            django.contrib.postgres.search.CombinedSearchVector(
                                django.contrib.postgres.search.CombinedSearchVector(
                                    django.contrib.postgres.search.CombinedSearchVector(
                                        django.contrib.postgres.search.SearchVector(
                                            "title", config="english", weight="A"
                                        ),
                                        "||",
                                        django.contrib.postgres.search.SearchVector(
                                            "tags", config="english", weight="B"
                                        ),
                                        django.contrib.postgres.search.SearchConfig("english"),
                                    ),
                                    "||",
                                    django.contrib.postgres.search.SearchVector(
                                        "source", config="english", weight="C"
                                    ),
                                    django.contrib.postgres.search.SearchConfig("english"),
                                ),
                                "||",
                                django.contrib.postgres.search.SearchVector(
                                    "body", config="english", weight="D"
                                ),
                                django.contrib.postgres.search.SearchConfig("english"),
                            ),
                            "||",
                            django.contrib.postgres.search.SearchVector(
                                django.db.models.functions.text.Concat(
                                    models.Value("workspace"),
                                    django.db.models.functions.comparison.Cast(
                                        models.F("workspace"), models.TextField()
                                    ),
                                    output_field=models.TextField(),
                                ),
                                config="simple",
                            ),
                            django.contrib.postgres.search.SearchConfig("english"),
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
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
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
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
                    models.Index(fields=["workspace", "-held_on", "-id"], name="study_by_date"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search"], name="study_by_words"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="MindsetWave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("held_on", models.DateField()),
                ("asked", models.PositiveIntegerField(default=0)),
                ("aware", models.PositiveIntegerField(default=0)),
                ("considering", models.PositiveIntegerField(default=0)),
                ("preferring", models.PositiveIntegerField(default=0)),
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
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waves",
                        to="insight.study",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "-held_on"], name="mindsetwave_by_date"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "study", "name"), name="mindsetwave_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("aware__lte", models.F("asked")),
                            ("considering__lte", models.F("asked")),
                            ("preferring__lte", models.F("asked")),
                        ),
                        name="mindsetwave_shares_of_asked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingEvidence",
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
                            ("number", "A number"),
                            ("study", "A study"),
                            ("deals", "A set of deals"),
                            ("chart", "A chart"),
                            ("page", "A page"),
                        ],
                        default="page",
                        max_length=6,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("url", models.CharField(blank=True, max_length=300)),
                (
                    "snapshot",
                    models.JSONField(
                        blank=True, default=dict, help_text="Its facts, and its chart."
                    ),
                ),
                ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exhibits",
                        to="insight.finding",
                    ),
                ),
                (
                    "taken_by",
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
                    "study",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="exhibits",
                        to="insight.study",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["workspace", "finding", "id"], name="findingevidence_by_finding"
                    ),
                    models.Index(fields=["workspace", "study"], name="findingevidence_by_study"),
                ]
            },
        ),
        migrations.CreateModel(
            name="StudyForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "most",
                    models.PositiveIntegerField(default=1, help_text="How many answers it takes."),
                ),
                ("answered", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
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
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forms",
                        to="insight.study",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forms",
                        to="insight.mindsetwave",
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
                    models.Index(fields=["workspace", "study", "-id"], name="studyform_by_study"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answered__lte", models.F("most"))),
                        name="studyform_within_its_most",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StudyAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given", models.JSONField(default=dict)),
                (
                    "batch",
                    models.CharField(blank=True, help_text="The file it came with.", max_length=64),
                ),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="insight.study",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="insight.mindsetwave",
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
                    "form",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="insight.studyform",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["workspace", "study", "id"], name="studyanswer_by_study"),
                ]
            },
        ),
        *policies.tenant(
            "insight_account",
            "insight_audience",
            "insight_brandstory",
            "insight_channel",
            "insight_competitor",
            "insight_battlecard",
            "insight_competitormove",
            "insight_contact",
            "insight_finding",
            "insight_disposition",
            "insight_findingrenewal",
            "insight_product",
            "insight_proofpoint",
            "insight_responsecurve",
            "insight_study",
            "insight_mindsetwave",
            "insight_findingevidence",
            "insight_studyanswer",
        ),
        *policies.directory("insight_studyform"),
        migrations.RunSQL(_search.FOUND, _search.FORGOTTEN),
        *policies.audited(
            "insight_product",
            "insight_channel",
            "insight_account",
            "insight_contact",
            "insight_audience",
            "insight_competitor",
            "insight_competitormove",
            "insight_brandstory",
            "insight_proofpoint",
            "insight_finding",
            "insight_disposition",
            "insight_study",
            "insight_mindsetwave",
            "insight_studyform",
            "insight_battlecard",
            "insight_findingevidence",
            "insight_findingrenewal",
        ),
    ]
