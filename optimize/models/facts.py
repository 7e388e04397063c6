"""The measurement of single deals, leads and buyers, as last made.

These rows are copies of what was measured, kept so that the totals can be corrected by the
difference. They name their deal or contact without a constraint: a deal that is deleted keeps
its row until the next measurement has taken it out of the totals.
"""

from typing import ClassVar

from django.db import models

from execute.models import Deal, Outcome
from insight.models import Channel, Contact, Product
from ipeo.models import Campaign, Cycle, Membership, TenantModel
from plan.models import Program


class DealFact(TenantModel):
    """A deal as it was when last measured."""

    deal = models.ForeignKey(
        Deal, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    party = models.BigIntegerField(help_text="The buyer: account, or minus contact.")
    outcome = models.CharField(max_length=11, choices=Outcome)
    date = models.DateField(null=True, help_text="The close; of an open deal, its opening.")
    created_date = models.DateField(null=True)
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
    is_touched = models.BooleanField(help_text="At least one touch is known in its journey.")
    is_proposal = models.BooleanField(help_text="The buyer has had an offer in hand.")
    is_new = models.BooleanField(help_text="The buyer's first won deal.")
    is_beyond = models.BooleanField(
        null=True, help_text="Discounted beyond the threshold; null without both prices."
    )
    net_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    list_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    margin_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    days = models.IntegerField(null=True, help_text="From opening to close.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "deal"], name="dealfact_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party"], name="dealfact_by_party"),
            models.Index(fields=["workspace", "date"], name="dealfact_by_date"),
        ]

    def __str__(self) -> str:
        return f"Deal {self.deal_id}: {self.outcome}"


class Credit(TenantModel):
    """The share of a deal that each attribution model gives to a channel's program.

    Per deal and model the shares sum to exactly 1. A deal without a known touch has one row
    with neither channel nor program, and the whole share.
    """

    deal = models.ForeignKey(
        Deal, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
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
        help_text="The program's, as it was measured.",
    )
    first = models.DecimalField(max_digits=10, decimal_places=8)
    last = models.DecimalField(max_digits=10, decimal_places=8)
    linear = models.DecimalField(max_digits=10, decimal_places=8)
    time_decay = models.DecimalField(max_digits=10, decimal_places=8)
    u = models.DecimalField(max_digits=10, decimal_places=8)
    w = models.DecimalField(max_digits=10, decimal_places=8)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "deal", "channel", "program"],
                name="credit_once",
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "program", "deal"], name="credit_by_program"),
        ]

    def __str__(self) -> str:
        return f"Credit for deal {self.deal_id}"


class LeadFact(TenantModel):
    """A lead: a contact with a lead date or a lead's touch, and what it first touched."""

    contact = models.ForeignKey(
        Contact, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    party = models.BigIntegerField()
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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "contact"], name="leadfact_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "party"], name="leadfact_by_party")]

    def __str__(self) -> str:
        return f"Lead {self.contact_id} of {self.date}"


class FunnelFact(TenantModel):
    """How far a buyer came, from mindset to wallet, in one cycle of a campaign."""

    class Depth(models.IntegerChoices):
        """Marketing converts the first three, sales the rest."""

        AWARE = 1, "Aware"
        CONSIDERING = 2, "Considering"
        SECOND_LOOK = 3, "Second look"
        OPPORTUNITY = 4, "Opportunity"
        PROPOSAL = 5, "Proposal"
        WON = 6, "Won"

    cycle = models.ForeignKey(
        Cycle, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    party = models.BigIntegerField()
    depth = models.PositiveSmallIntegerField(choices=Depth)
    is_handed_over = models.BooleanField(help_text="The mind has changed: sales may act.")
    handoff_minutes = models.BigIntegerField(
        null=True, help_text="From the second look to the first touch of sales after it."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "cycle", "party"], name="funnelfact_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party"], name="funnelfact_by_party")
        ]

    @property
    def hours(self) -> float | None:
        """The handoff in hours, None where there was none."""
        return None if self.handoff_minutes is None else self.handoff_minutes / 60

    def __str__(self) -> str:
        return f"Party {self.party} in cycle {self.cycle_id}: {self.get_depth_display()}"
