"""Totals of what was measured: small whatever the number of facts, and exact.

Every figure is a sum of `numeric`, so that a difference added gives what a sum from scratch
would. A total whose `rows` fall to nothing is removed.
"""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from execute.models import Outcome
from insight.models import Channel, Product
from ipeo.models import Campaign, Cycle, Membership, TenantModel
from optimize.models.marks import Figure
from plan.models import Program


class AttributionModel(models.TextChoices):
    """How a deal is shared among the touches of its journey."""

    FIRST = "first", "First touch"
    LAST = "last", "Last touch"
    LINEAR = "linear", "Linear"
    TIME_DECAY = "time_decay", "Time decay"
    U = "u", "Position (U)"
    W = "w", "Position (W)"
    MARKOV = "markov", "Markov"
    SHAPLEY = "shapley", "Shapley"


class ActivityTotal(TenantModel):
    """What was done and spent on a day: `n` things, and their amount where they have one.

    The channel is as the fact names it: an expense of a program has none of its own.
    """

    date = models.DateField()
    channel = models.ForeignKey(
        Channel,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    program = models.ForeignKey(
        Program,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    figure = models.CharField(max_length=11, choices=Figure)
    n = models.BigIntegerField()
    amount = models.DecimalField(max_digits=24, decimal_places=2, default=Decimal(0))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "figure", "date", "channel", "program"],
                name="activitytotal_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()} on {self.date}: {self.n}"


class DealSums(models.Model):
    """Sums over deals, each weighted by its share; `_n` is the weight of deals that know it."""

    rows = models.BigIntegerField(help_text="How many facts are added up here.")
    n = models.DecimalField(max_digits=24, decimal_places=8)
    net_n = models.DecimalField(max_digits=24, decimal_places=8)
    net_amount = models.DecimalField(max_digits=32, decimal_places=10)
    net_squares = models.DecimalField(max_digits=52, decimal_places=20)
    list_n = models.DecimalField(max_digits=24, decimal_places=8)
    list_amount = models.DecimalField(max_digits=32, decimal_places=10)
    priced_n = models.DecimalField(max_digits=24, decimal_places=8)
    priced_net_amount = models.DecimalField(max_digits=32, decimal_places=10)
    priced_list_amount = models.DecimalField(max_digits=32, decimal_places=10)
    beyond_n = models.DecimalField(max_digits=24, decimal_places=8)
    beyond_net_amount = models.DecimalField(max_digits=32, decimal_places=10)
    margin_n = models.DecimalField(max_digits=24, decimal_places=8)
    margin_amount = models.DecimalField(max_digits=32, decimal_places=10)
    margin_squares = models.DecimalField(max_digits=52, decimal_places=20)
    days_n = models.DecimalField(max_digits=24, decimal_places=8)
    days = models.DecimalField(max_digits=28, decimal_places=8)
    days_squares = models.DecimalField(max_digits=44, decimal_places=16)
    new_n = models.DecimalField(max_digits=24, decimal_places=8)

    class Meta:
        abstract = True


class CreditTotal(DealSums, TenantModel):
    """Deals by month, weighted by the share that a model gives to a channel's program.

    Six further values of `model` name a channel, program or campaign alone, and in their rows only
    that one stands: three count a deal once for each that touched it at all, what they influenced;
    three split a deal equally over the distinct ones that touched it, which is its Shapley value.
    """

    ANY_CHANNEL: ClassVar[str] = "any_channel"
    ANY_PROGRAM: ClassVar[str] = "any_program"
    ANY_CAMPAIGN: ClassVar[str] = "any_campaign"
    EACH_CHANNEL: ClassVar[str] = "each_channel"
    EACH_PROGRAM: ClassVar[str] = "each_program"
    EACH_CAMPAIGN: ClassVar[str] = "each_campaign"

    model = models.CharField(max_length=13)
    month = models.DateField(null=True, help_text="Its first day; null where no date is known.")
    channel = models.ForeignKey(
        Channel,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    program = models.ForeignKey(
        Program,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    campaign = models.ForeignKey(
        Campaign,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    outcome = models.CharField(max_length=11, choices=Outcome)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "workspace",
                    "model",
                    "month",
                    "channel",
                    "program",
                    "campaign",
                    "outcome",
                ],
                name="credittotal_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, {self.month}: {self.n}"


class DealTotal(DealSums, TenantModel):
    """Deals by month, rep and product, each counted once."""

    month = models.DateField(null=True, help_text="Its first day; null where no date is known.")
    owner = models.ForeignKey(
        Membership,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    product = models.ForeignKey(
        Product,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    outcome = models.CharField(max_length=11, choices=Outcome)
    is_touched = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "month", "owner", "product", "outcome", "is_touched"],
                name="dealtotal_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.n}"


class FunnelTotal(TenantModel):
    """How many buyers came exactly so far in a cycle."""

    cycle = models.ForeignKey(
        Cycle, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    depth = models.PositiveSmallIntegerField()
    n = models.BigIntegerField()
    handed_over = models.BigIntegerField()
    taken_up = models.BigIntegerField(help_text="Of those, the ones that sales then touched.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "cycle", "depth"], name="funneltotal_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.cycle_id}, depth {self.depth}: {self.n}"
