"""What was spent, and whom we touched."""

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from execute.models.imports import Import
from execute.models.rules import SpendRule
from insight.models import Account, Channel, Contact
from ipeo.models import TenantModel
from plan.models import Program

# One party is one buyer: the account, or the person where no account is known. A deal is
# credited to its party's touches. Persons count downward, so that the two never meet.
PARTY = Coalesce(F("account"), F("contact") * -1)


class Touch(TenantModel):
    """One contact of marketing or sales with a buyer."""

    class Kind(models.TextChoices):
        IMPRESSION = "impression", "Impression"
        SENT = "sent", "Sent"
        OPEN = "open", "Opened"
        CLICK = "click", "Click"
        VISIT = "visit", "Visit"
        FORM = "form", "Form filled in"
        EVENT = "event", "Event attended"
        REPLY = "reply", "Reply"
        LEAD = "lead", "Lead source"
        CALL = "call", "Call"
        MEETING = "meeting", "Meeting"
        OTHER = "other", "Other"

    class Level(models.IntegerChoices):
        """How far the mind has moved: the marketing half of the funnel."""

        AWARE = 1, "Aware"
        CONSIDERING = 2, "Considering"
        SECOND_LOOK = 3, "Second look"

    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="touches", db_index=False
    )
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="touches", db_index=False
    )
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.AWARE)
    occurred_at = models.DateTimeField()
    source = models.ForeignKey(
        Import, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)
    party = models.GeneratedField(
        expression=PARTY, output_field=models.BigIntegerField(), db_persist=True
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="touch_import_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False) | models.Q(account__isnull=False),
                name="touch_is_of_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "party", "occurred_at"], name="touch_by_party"),
            models.Index(fields=["workspace", "occurred_at", "id"], name="touch_by_time"),
            models.Index(
                fields=["workspace", "occurred_at"],
                condition=models.Q(level=3),
                name="touch_second_looks",
            ),
            models.Index(
                fields=["workspace", "contact"],
                condition=models.Q(contact__isnull=False),
                name="touch_by_contact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.channel}"


class Expense(TenantModel):
    """Money for a program or a channel on a day, in the workspace's currency."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        COMMITTED = "committed", "Committed"
        ACTUAL = "actual", "Actual"

    date = models.DateField(default=timezone.localdate)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+")
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="expenses"
    )
    description = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    # Of money in another currency: what was said, and the rate it was converted at.
    original_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    original_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    exchange_rate = models.DecimalField(max_digits=18, decimal_places=8, null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.ACTUAL)
    committed_amount = models.DecimalField(
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="The ordered amount, if the invoice differed.",
    )
    campaign_name = models.CharField(max_length=300, blank=True, default="", db_default="")
    rule = models.ForeignKey(
        SpendRule, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    channel_before_rule = models.ForeignKey(
        Channel, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    impressions = models.PositiveBigIntegerField(null=True, blank=True)
    clicks = models.PositiveBigIntegerField(null=True, blank=True)
    series = models.UUIDField(
        null=True, blank=True, editable=False, help_text="Of expenses that recur month by month."
    )
    version = models.PositiveIntegerField(default=1, db_default=1)
    source = models.ForeignKey(Import, models.SET_NULL, null=True, blank=True, related_name="+")
    import_key = models.CharField(max_length=250, null=True, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "import_key"], name="expense_import_key_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-date", "-id"], name="expense_by_date"),
            models.Index(fields=["workspace", "program", "date"], name="expense_by_program"),
            models.Index(
                fields=["workspace", "campaign_name"],
                condition=models.Q(program=None) & ~models.Q(campaign_name=""),
                name="expense_unmatched",
            ),
            models.Index(
                fields=["workspace", "series", "date"],
                condition=models.Q(series__isnull=False),
                name="expense_by_series",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description or self.program or self.channel}: {self.amount}"

    @property
    def rate_shown(self) -> str:
        """The rate it was converted at, without trailing zeros."""
        return f"{self.exchange_rate.normalize():f}" if self.exchange_rate is not None else ""
