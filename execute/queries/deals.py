"""Deals: found, counted, and those that wait for their outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from execute.models import Deal, DealStage, Outcome, Touch
from execute.queries.behind import Behind
from execute.queries.lines import sells
from insight.models import Account, Product
from ipeo.models import Campaign, Membership
from ipeo.queries.kept import in_use
from plan.models import Program

RECENT = timedelta(days=30)
DECIDED = "decided"
"""What a filter calls an outcome that is won or lost."""


@dataclass(frozen=True)
class Totals:
    """How many deals, and the money of those whose net amount is known."""

    deals: int
    net_amount: Decimal | None
    with_net: int


@dataclass(frozen=True)
class Column:
    """One stage of the board: its cards and, for all of its deals, their count and sum."""

    stage: DealStage
    totals: Totals
    cards: list[Deal]

    @property
    def is_closing(self) -> bool:
        """Whether deals end here."""
        return bool(self.stage.outcome != Outcome.OPEN)

    @property
    def hidden(self) -> int:
        """How many deals of the stage have no card here."""
        return max(self.totals.deals - len(self.cards), 0)


def deals() -> QuerySet[Deal]:
    """Return the workspace's deals with what a line of a list names.

    What few rows hold is read apart: joined, it would lead the database away from the index
    that gives a page's deals in their order.
    """
    found = Deal.objects.select_related("account", "contact")
    return found.prefetch_related("owner__user", "product", "program", "stage")


def past_due(on: date | None = None) -> Q:
    """Return the condition that a deal is still open after its expected close date."""
    return Q(outcome=Outcome.OPEN, expected_close_date__lt=on or timezone.localdate())


def of_campaign(campaign: Campaign | int) -> Q:
    """Return the condition that a deal belongs to a campaign.

    It does where it was made under the offer of one of the campaign's programs, or where its
    buyer was touched by one of them: what a program began must be known to end before the
    program can be judged.
    """
    programs = Program.objects.filter(campaign=campaign).values("pk")
    touched = Touch.objects.filter(party=OuterRef("party"), program__in=programs)
    return Q(program__in=programs) | Q(Exists(touched))


def matching_deals(
    *,
    search: str = "",
    stage: DealStage | int | None = None,
    outcome: str = "",
    owner: Membership | int | None = None,
    due: str = "",
    campaign: Campaign | int | None = None,
    account: Account | int | None = None,
    product: Product | int | None = None,
    program: Program | int | None = None,
    closes_from: date | None = None,
    closes_to: date | None = None,
    net_from: Decimal | None = None,
    net_to: Decimal | None = None,
    counted_from: date | None = None,
    counted_to: date | None = None,
    behind: Behind | None = None,
) -> QuerySet[Deal]:
    """Return the deals that a filter leaves; `due` is "past" for those past their close date.

    The outcome "decided" is won or lost. Figures count a deal on the day it closed or, while it
    is open, was opened; `behind` are the deals that a figure rests on.

    Every word of the search must stand in the deal's name or in its account's or contact's. A
    deal closes on the day it ended or, while it is open, on the day that is expected.
    """
    found = deals().filter(has_words(search))
    exact: dict[str, Any] = {"stage": stage, "owner": owner}
    if outcome == DECIDED:
        found = found.filter(outcome__in=[Outcome.WON, Outcome.LOST])
    else:
        exact["outcome"] = outcome
    exact |= {"account": account, "program": program}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if product:
        found = found.filter(sells(product))
    bounds = {"net_amount__gte": net_from, "net_amount__lte": net_to}
    found = found.filter(**{name: value for name, value in bounds.items() if value is not None})
    if closes_from or closes_to:
        found = found.filter(closes(closes_from or date.min, closes_to or date.max))
    if counted_from or counted_to:
        found = found.filter(counted(counted_from or date.min, counted_to or date.max))
    if behind is not None:
        found = found.filter(behind.condition)
    if due == "past":
        found = found.filter(past_due())
    if campaign is not None:
        found = found.filter(of_campaign(campaign))
    return found


def has_words(search: str) -> Q:
    """Return the condition that every word stands in a deal's name, or its buyer's."""
    condition = Q()
    for word in search.split():
        condition &= (
            Q(name__icontains=word)
            | Q(account__name__icontains=word)
            | Q(contact__name__icontains=word)
        )
    return condition


def closes(first: date, last: date) -> Q:
    """Return the condition that a deal closed, or is expected to close, within some days."""
    days = (first, last)
    return Q(closed_date__range=days) | Q(closed_date=None, expected_close_date__range=days)


def counted(first: date, last: date) -> Q:
    """Return the condition that a figure of these days counts a deal."""
    days = (first, last)
    return Q(outcome=Outcome.OPEN, created_date__range=days) | (
        ~Q(outcome=Outcome.OPEN) & Q(closed_date__range=days)
    )


def totals_of(found: QuerySet[Deal]) -> Totals:
    """Return the count and the known money of a list's deals, on whatever page they stand."""
    sums = found.order_by().aggregate(
        deals=Count("pk"), net=Sum("net_amount"), with_net=Count("net_amount")
    )
    return Totals(sums["deals"], sums["net"], sums["with_net"])


def waiting_of(member: Membership, *, on: date | None = None) -> QuerySet[Deal]:
    """Return a member's deals past their close date, the longest waiting first."""
    return deals().filter(past_due(on), owner=member).order_by("expected_close_date", "pk")


def coming_of(member: Membership, *, on: date | None = None, days: int = 14) -> QuerySet[Deal]:
    """Return a member's open deals that are to close within so many days."""
    start = on or timezone.localdate()
    return (
        deals()
        .filter(
            owner=member,
            outcome=Outcome.OPEN,
            expected_close_date__range=(start, start + timedelta(days=days)),
        )
        .order_by("expected_close_date", "pk")
    )


def next_waiting(member: Membership, *, after: Deal | None = None) -> Deal | None:
    """Return the member's next deal that is past its close date, other than the given one."""
    found = waiting_of(member)
    return (found.exclude(pk=after.pk) if after else found).first()


def stages(deal: Deal | None = None) -> list[DealStage]:
    """Return the stages that a deal may move to, in the board's order: its own among them.

    A deal that has ended is opened again, in an open stage; its outcome is corrected elsewhere.
    """
    found = in_use(DealStage.objects.order_by("position", "pk"), deal.stage_id if deal else None)
    if deal is not None and deal.outcome != Outcome.OPEN:
        found = found.filter(outcome=Outcome.OPEN)
    return list(found)


def stood_in(deal: Deal) -> int | None:
    """Return the id of the stage a deal stands in, or last stood in before it ended."""
    if deal.outcome == Outcome.OPEN:
        return deal.stage_id
    moves = deal.stage_changes.filter(stage__outcome=Outcome.OPEN).order_by("-entered_at", "-pk")
    last: int | None = moves.values_list("stage_id", flat=True).first()
    return last


def board(*, owner: Membership | None = None, cards: int = 12) -> list[Column]:
    """Return the board: each stage with its latest cards, and the totals of all of its deals.

    Where deals end, only those that ended within the last 30 days count. A stage that is out of
    use stands there as long as deals do.
    """
    recent = timezone.localdate() - RECENT
    shown = Q(outcome=Outcome.OPEN) | Q(closed_date__gte=recent)
    held = Deal.objects.filter(shown)
    if owner is not None:
        held = held.filter(owner=owner)
    sums = {
        line["stage"]: Totals(line["count"], line["net"], line["with_net"])
        for line in held.order_by()
        .values("stage")
        .annotate(count=Count("pk"), net=Sum("net_amount"), with_net=Count("net_amount"))
    }
    return [
        Column(
            stage,
            sums.get(stage.pk, Totals(0, None, 0)),
            _cards(held, stage, cards),
        )
        for stage in DealStage.objects.order_by("position", "pk")
        if stage.is_active or stage.pk in sums
    ]


def _cards(held: QuerySet[Deal], stage: DealStage, limit: int) -> list[Deal]:
    found = held.filter(stage=stage).select_related("account", "contact", "owner__user")
    return list(found.order_by("-updated_at", "-pk")[:limit])


def outcomes_of(found: QuerySet[Deal]) -> dict[str, dict[str, Any]]:
    """Return the count and the known net amount of deals by outcome."""
    lines = (
        found.order_by()
        .values("outcome")
        .annotate(count=Count("pk"), net=Sum("net_amount"), with_net=Count("net_amount"))
    )
    return {
        line["outcome"]: {
            "deals": line["count"],
            "net_amount": None if line["net"] is None else str(line["net"]),
            "with_net": line["with_net"],
        }
        for line in lines
    }


def touches_of(deal: Deal, *, limit: int = 12) -> list[Touch]:
    """Return the latest touches of a deal's buyer."""
    if deal.party is None:
        return []
    found = Touch.objects.filter(party=deal.party).select_related("channel", "program", "contact")
    return list(found.order_by("-occurred_at", "-pk")[:limit])
