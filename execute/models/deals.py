"""Deals: what sales is working on, how each ended, and what decided it."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from execute.models.facts import PARTY
from execute.models.imports import Import
from execute.models.materials import Material
from insight.models import Account, Competitor, Contact, Product
from ipeo.models import Membership, TenantModel
from plan.models import Program


class Outcome(models.TextChoices):
    """How a deal ended; open while it has not."""

    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    NO_DECISION = "no_decision", "No decision"


class DealStage(TenantModel):
    """A column of the workspace's deal board."""

    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.OPEN)
    is_proposal = models.BooleanField(
        default=False, help_text="From this stage on, the buyer has an offer."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="dealstage_name_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "position"], name="dealstage_by_position"),
        ]

    def __str__(self) -> str:
        return self.name


class Driver(TenantModel):
    """Something that decides deals, in the workspace's own taxonomy."""

    name = models.CharField(max_length=80)
    buyer_name = models.CharField(
        max_length=80, blank=True, help_text="Wording for buyers, if different."
    )
    decides_won = models.BooleanField(default=True)
    decides_lost = models.BooleanField(default=True)
    is_price = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="driver_name_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "position"], name="driver_by_position"),
        ]

    def __str__(self) -> str:
        return self.name


def discount_field() -> models.GeneratedField:
    """Return the column (list - net) / list, a share; not known where there is no list price."""
    listed = Q(list_amount__gt=0)
    share = (F("list_amount") - F("net_amount")) / F("list_amount")
    return models.GeneratedField(
        expression=Case(When(listed, then=share), default=None),
        output_field=models.DecimalField(max_digits=24, decimal_places=6, null=True),
        db_persist=True,
    )


def margin_field() -> models.GeneratedField:
    """Return the column of the contribution margin, net - cost."""
    return models.GeneratedField(
        expression=F("net_amount") - F("cost_amount"),
        output_field=models.DecimalField(max_digits=18, decimal_places=2, null=True),
        db_persist=True,
    )


class Deal(TenantModel):
    """One opportunity, from its opening to its outcome."""

    name = models.CharField(max_length=250)
    account = models.ForeignKey(
        Account, models.SET_NULL, null=True, blank=True, related_name="deals"
    )
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="deals"
    )
    owner = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="+")
    program = models.ForeignKey(
        Program,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The program whose offer the deal was made under, where there was one.",
    )
    quantity = models.DecimalField(
        max_digits=12, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(0)]
    )
    stage = models.ForeignKey(DealStage, models.PROTECT, related_name="deals")
    outcome = models.CharField(max_length=11, choices=Outcome, default=Outcome.OPEN)
    created_date = models.DateField(null=True, blank=True)
    expected_close_date = models.DateField(null=True, blank=True)
    closed_date = models.DateField(null=True, blank=True)
    list_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    cost_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    # Of a deal agreed in another currency: what was said, and the rate it was converted at.
    original_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)
    original_list_amount = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True
    )
    original_net_amount = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True
    )
    original_cost_amount = models.DecimalField(
        max_digits=16, decimal_places=2, null=True, blank=True
    )
    discount = discount_field()
    margin_amount = margin_field()
    competitor = models.ForeignKey(
        Competitor, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    drivers = models.ManyToManyField(Driver, through="DealDriver", blank=True)
    helped_by = models.ManyToManyField(Material, through="DealMaterial", blank=True)
    outcome_note = models.TextField(blank=True)
    outcome_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    outcome_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    attributes = models.JSONField(default=dict, blank=True)
    source = models.ForeignKey(Import, models.SET_NULL, null=True, blank=True, related_name="+")
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    party = models.GeneratedField(
        expression=PARTY, output_field=models.BigIntegerField(null=True), db_persist=True
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="deal_import_key_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="open", closed_date=None)
                | (~Q(outcome="open") & Q(closed_date__isnull=False)),
                name="deal_closed_has_its_date",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party"], name="deal_by_party"),
            models.Index(fields=["workspace", "stage", "-updated_at"], name="deal_by_stage"),
            models.Index(fields=["workspace", "outcome", "closed_date"], name="deal_by_outcome"),
            models.Index(fields=["workspace", "-updated_at", "-id"], name="deal_by_update"),
            models.Index(
                fields=["workspace", "expected_close_date"],
                condition=Q(outcome="open"),
                name="deal_due",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rate_shown(self) -> str:
        """The rate it was converted at, without trailing zeros."""
        return f"{self.exchange_rate.normalize():f}" if self.exchange_rate is not None else ""


class DealDriver(TenantModel):
    """What decided a deal, first things first."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="deal_drivers")
    driver = models.ForeignKey(Driver, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "deal", "driver"], name="dealdriver_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deal}: {self.driver}"


class DealMaterial(TenantModel):
    """A support material that helped in a deal."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="deal_materials")
    material = models.ForeignKey(Material, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "deal", "material"], name="dealmaterial_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal}: {self.material}"


class DealStageChange(TenantModel):
    """When a deal entered a stage."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes")
    stage = models.ForeignKey(DealStage, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "deal", "entered_at"], name="dealstagechange_by_deal"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal} entered {self.stage}"
