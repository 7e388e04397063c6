"""What is known: products, accounts, people, channels, rivals, the brand's story and findings."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from ipeo.models import Cycle, Membership, TenantModel


class Product(TenantModel):
    """Something the brand sells, and what buyers value it for."""

    name = models.CharField(max_length=200)
    family = models.CharField(max_length=120, blank=True)
    list_price = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    unit_cost = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    valued_for = models.CharField(max_length=300, blank=True)
    is_active = models.BooleanField(default=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="product_name_once"),
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="product_import_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Channel(TenantModel):
    """A way to reach people: search, e-mail, field events, a partner."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, help_text="The name in small letters, for matching.")
    is_sales = models.BooleanField(default=False, help_text="Touches made by sales reps.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="channel_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Account(TenantModel):
    """A company that buys or might."""

    name = models.CharField(max_length=250)
    industry = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    website = models.CharField(max_length=250, blank=True)
    parent_name = models.CharField(max_length=250, blank=True)
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    attributes = models.JSONField(default=dict, blank=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="account_import_key_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("workspace", models.functions.Lower("name"), name="account_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(TenantModel):
    """A person at an account, or a lead without one yet."""

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", "Not known"
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120, blank=True)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    source = models.CharField(max_length=120, blank=True, help_text="Where the lead came from.")
    lead_date = models.DateField(null=True, blank=True, help_text="The first contact.")
    consent = models.CharField(max_length=8, choices=Consent, default=Consent.UNKNOWN)
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    attributes = models.JSONField(default=dict, blank=True)
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="contact_import_key_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("workspace", models.functions.Lower("email"), name="contact_by_email"),
            models.Index("workspace", models.functions.Lower("name"), name="contact_by_name"),
            models.Index(fields=["workspace", "account"], name="contact_by_account"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.import_key or "Nameless contact"


class Audience(TenantModel):
    """People described by a rule over accounts and contacts, counted afresh when asked."""

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    rule = models.JSONField(default=dict)
    size = models.PositiveIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="audience_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Competitor(TenantModel):
    """A rival for the same buyers."""

    name = models.CharField(max_length=120)
    website = models.URLField(blank=True)
    positioning = models.TextField(blank=True, help_text="How they win, and where we beat them.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="competitor_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CompetitorMove(TenantModel):
    """Something a rival did, dated, with its source."""

    class Kind(models.TextChoices):
        PRICE_CUT = "price_cut", "Price cut"
        LAUNCH = "launch", "Launch"
        CAMPAIGN = "campaign", "Campaign"
        HIRE = "hire", "Hire"
        OTHER = "other", "Other"

    competitor = models.ForeignKey(Competitor, models.CASCADE, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.CharField(max_length=300)
    happened_on = models.DateField()
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-happened_on"], name="competitormove_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.competitor}: {self.description}"


class BrandStory(TenantModel):
    """For whom, which problem, what promise: the value that programs win on. One is current."""

    title = models.CharField(max_length=120)
    for_whom = models.TextField()
    problem = models.TextField()
    promise = models.TextField()
    tone = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "version"], name="brandstory_version_once"
            ),
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(is_current=True),
                name="brandstory_one_current",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProofPoint(TenantModel):
    """A reason to believe the promise."""

    story = models.ForeignKey(BrandStory, models.CASCADE, related_name="proof_points")
    statement = models.CharField(max_length=300)
    evidence = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "story", "position"], name="proofpoint_by_story"),
        ]

    def __str__(self) -> str:
        return self.statement


class Finding(TenantModel):
    """Something learned, with its evidence, how sure it is, and until when it holds."""

    class Source(models.TextChoices):
        RESEARCH = "research", "Research"
        SALES = "sales", "Sales"
        MEASUREMENT = "measurement", "Measured"

    class Confidence(models.TextChoices):
        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    statement = models.CharField(max_length=300)
    detail = models.TextField(blank=True)
    source = models.CharField(max_length=12, choices=Source, default=Source.RESEARCH)
    confidence = models.CharField(max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    evidence = models.JSONField(default=dict, blank=True)
    evidence_url = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=40, blank=True)
    subject_key = models.CharField(max_length=120, blank=True)
    campaign = models.ForeignKey(
        "ipeo.Campaign", models.CASCADE, null=True, blank=True, related_name="findings"
    )
    learned_in = models.ForeignKey(Cycle, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # Closing a cycle twice (a task delivered again) records each learning once.
            models.UniqueConstraint(
                fields=["workspace", "learned_in", "kind", "subject_key"],
                condition=models.Q(learned_in__isnull=False),
                name="finding_learned_once_per_cycle",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "campaign", "-recorded_at"], name="finding_by_campaign"
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class Disposition(TenantModel):
    """What a cycle does with a finding that was carried into it, or that it recorded."""

    class Decision(models.TextChoices):
        WAITING = "waiting", "Awaits a decision"
        ADOPTED = "adopted", "Adopted"
        REJECTED = "rejected", "Rejected"
        DEFERRED = "deferred", "Deferred"

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="dispositions")
    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="dispositions")
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    carried = models.BooleanField(default=False, help_text="Carried in from the cycle before.")
    decided_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "finding"], name="disposition_once_per_cycle"
            ),
            models.CheckConstraint(
                condition=models.Q(decision__in=["waiting", "adopted"]) | ~models.Q(reason=""),
                name="disposition_no_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_decision_display()}"
