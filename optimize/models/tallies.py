"""Counts over journeys by bucket of buyers, of which models and their intervals are made.

Everything is a whole number: shares in units of 1e-8, money in cents. So what is kept after any
number of differences is what counting from scratch would give.
"""

from typing import ClassVar

from django.db import models

from execute.models import Deal
from ipeo.models import TenantModel


class Grain(models.TextChoices):
    """What credit goes to."""

    CHANNEL = "channel", "Channel"
    PROGRAM = "program", "Program"
    CAMPAIGN = "campaign", "Campaign"


class Kind(models.TextChoices):
    """What is credited."""

    COUNT = "count", "Deals won"
    NET = "net", "Net amount"
    MARGIN = "margin", "Margin"


class Journey(TenantModel):
    """The touches of a closed deal in their order, as last measured.

    `path` holds a packed row for each touch: channel, program (0 for none), campaign, day from
    1970, and its share of the deal under each rule.
    """

    deal = models.ForeignKey(
        Deal, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    party = models.BigIntegerField(help_text="The buyer: account, or minus contact.")
    closed_date = models.DateField(null=True)
    created_date = models.DateField(null=True)
    first_date = models.DateField(help_text="The day of the earliest touch.")
    last_date = models.DateField(help_text="The day of the latest touch.")
    is_won = models.BooleanField()
    net_cents = models.BigIntegerField(null=True)
    margin_cents = models.BigIntegerField(null=True)
    path = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "deal"], name="journey_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party"], name="journey_by_party"),
            models.Index(fields=["workspace", "closed_date"], name="journey_by_close"),
            models.Index(fields=["workspace", "created_date"], name="journey_by_opening"),
            models.Index(fields=["workspace", "first_date"], name="journey_by_first_touch"),
        ]

    def __str__(self) -> str:
        return f"Journey of deal {self.deal_id}"


class CreditTally(TenantModel):
    """What won deals gave to a channel, program or campaign in the month they closed."""

    bucket = models.PositiveSmallIntegerField()
    month = models.DateField(null=True, help_text="Its first day; null where no date is known.")
    grain = models.CharField(max_length=8, choices=Grain)
    kind = models.CharField(max_length=6, choices=Kind)
    key = models.BigIntegerField(help_text="Of the grain; 0 for none.")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    linear = models.BigIntegerField()
    time_decay = models.BigIntegerField()
    u = models.BigIntegerField()
    w = models.BigIntegerField()
    shapley = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "grain", "month", "kind", "key", "bucket"],
                name="credittally_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.key}, {self.kind}, {self.month}, bucket {self.bucket}"


class TransitionTally(TenantModel):
    """How often a journey went from one channel, program or campaign to the next.

    `before` is -1 at the start; `after` is -2 where the deal was won and -3 where it was not. The
    money is that of the deals won there.
    """

    START: ClassVar[int] = -1
    WON: ClassVar[int] = -2
    NOT_WON: ClassVar[int] = -3

    bucket = models.PositiveSmallIntegerField()
    month = models.DateField(null=True, help_text="In which the deal closed.")
    grain = models.CharField(max_length=8, choices=Grain)
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    journeys = models.BigIntegerField()
    net_cents = models.BigIntegerField()
    margin_cents = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "grain", "month", "before", "after", "bucket"],
                name="transitiontally_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}, {self.month}, bucket {self.bucket}"
