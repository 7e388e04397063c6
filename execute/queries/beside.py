"""Deals with an audience, or against a competitor, beside all others: how they end and sell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.utils import timezone

from execute.models import Deal, Outcome
from insight.models import Audience, Competitor
from insight.queries.audiences import contacts_of
from ipeo import tenancy
from ipeo.numerics.estimates import Estimate, difference, mean_of_deals, rate

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Worth:
    """Deals that closed within a year, and those open now; amounts are net."""

    won: int
    lost: int
    priced: int
    near_list: int
    amounts: tuple[int, float, float]
    open: int
    open_amount: Decimal

    @property
    def win_rate(self) -> Estimate:
        """Won of won and lost."""
        return rate(self.won, self.won + self.lost, reason="no deal was won or lost within a year")

    @property
    def at_value(self) -> Estimate:
        """The share of won deals whose discount was within what the workspace lets pass."""
        return rate(self.near_list, self.priced, reason="no won deal has a list and a net price")

    @property
    def deal_size(self) -> Estimate:
        """The mean net amount of a won deal."""
        return mean_of_deals(*self.amounts, reason="no won deal has an amount")


@dataclass(frozen=True)
class Beside:
    """Some deals beside all others."""

    inside: Worth
    outside: Worth
    since: date

    @property
    def lead(self) -> Estimate:
        """By how much more often they are won."""
        return difference(self.inside.win_rate, self.outside.win_rate)

    @property
    def lead_is_clear(self) -> bool:
        """Whether that is beyond chance."""
        return self.lead.excludes(0)


def deals_with(audience: Audience, *, today: date | None = None) -> Beside:
    """Return how deals with an audience's accounts ended, beside the rest; one query.

    Raises `RuleNotValid`.
    """
    people = contacts_of(audience).filter(account=OuterRef("account")).order_by()
    return _beside(Exists(people), today)


def deals_against(competitor: Competitor, *, today: date | None = None) -> Beside:
    """Return how deals ended in which a competitor was named, beside the rest; one query."""
    named = Case(When(competitor=competitor, then=True), default=False)
    return _beside(named, today)


def _beside(inside: Exists | Case, today: date | None) -> Beside:
    since = (today or timezone.localdate()) - YEAR
    beyond = Q(discount__gt=tenancy.current_workspace().discount_threshold)
    rows = (
        Deal.objects.filter(Q(outcome=Outcome.OPEN) | Q(closed_date__gt=since))
        .annotate(inside=inside)
        .order_by()
        .values("inside", "outcome")
        .annotate(
            deals=Count("pk"),
            priced=Count("discount"),
            beyond=Count("pk", filter=beyond),
            sized=Count("net_amount"),
            amount=Sum("net_amount"),
            squares=Sum(F("net_amount") * F("net_amount")),
        )
    )
    found: dict[bool, dict[str, Mapping[str, Any]]] = {True: {}, False: {}}
    for row in rows:
        found[row["inside"]][row["outcome"]] = row
    return Beside(_worth(found[True]), _worth(found[False]), since)


_NONE = {"deals": 0, "priced": 0, "beyond": 0, "sized": 0, "amount": None, "squares": None}


def _worth(rows: Mapping[str, Mapping[str, Any]]) -> Worth:
    won, open_now = rows.get(Outcome.WON, _NONE), rows.get(Outcome.OPEN, _NONE)
    return Worth(
        won=won["deals"],
        lost=rows.get(Outcome.LOST, _NONE)["deals"],
        priced=won["priced"],
        near_list=won["priced"] - won["beyond"],
        amounts=(won["sized"], float(won["amount"] or 0), float(won["squares"] or 0)),
        open=open_now["deals"],
        open_amount=open_now["amount"] or Decimal(0),
    )
