"""The key figures that shared pages show, with what they are compared to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from execute.queries.days import today
from insight.models import CompetitorMove
from ipeo.charts import Event
from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import money_short, number, short_day
from optimize.numerics.figures import Figures
from optimize.queries.fits import WearFit, wears
from optimize.queries.measures import MonthFigures, Slice, by_month, key_figures
from plan.models import Objective, Program
from plan.queries.budget import month_after

MONTHS = 12
HEALTHY = 0.3
"""A price dependence above this is called high."""
MARKED = 3
"""How many of the rivals' moves one drawing marks at most."""


@dataclass(frozen=True)
class KeyFigures:
    """The four key figures of a page, and what stands beside them."""

    figures: Figures
    before: Figures | None
    objective: Objective | None
    currency: str
    months: tuple[MonthFigures, ...] = ()

    @property
    def romi_change(self) -> float | None:
        """How much the return rose over the time before, None where either is not known."""
        if self.before is None:
            return None
        now, then = self.figures.romi.value, self.before.romi.value
        return None if now is None or then is None else now - then

    @property
    def romi_chip(self) -> str:
        """The change in words, empty where it is too small to say."""
        change = self.romi_change
        return "" if change is None or abs(change) < 0.05 else str(number(abs(change), 1))

    @property
    def value_share(self) -> Estimate:
        """The share of won money that closed within the discount threshold."""
        held = self.figures.price_dependence
        return held.scaled(-1.0, 1.0) if held.known else held

    @property
    def dependence(self) -> str:
        """The price dependence in words."""
        held = self.figures.price_dependence
        if held.value is None:
            return ""
        ends = ""
        if held.low is not None and held.high is not None:
            ends = f" ({held.low:.2f} to {held.high:.2f})"
        return f"price dependence {held.value:.2f}{ends}"

    @property
    def is_healthy(self) -> bool:
        """Whether the price dependence is low enough."""
        held = self.figures.price_dependence.value
        return held is not None and held <= HEALTHY

    @property
    def won_of(self) -> str:
        """What the win rate counts: `86 won of 277, 80% interval 27% to 35%`."""
        rate = self.figures.win_rate
        if rate.low is None or rate.high is None:
            return ""
        return (
            f"{self.figures.deals_won:,.0f} won of {rate.n:,}, "
            f"80% interval {rate.low:.0%} to {rate.high:.0%}"
        )

    @property
    def goal(self) -> str:
        """What the pipeline is held against, or how many deals are open."""
        held = self.objective
        if held is None or held.target is None:
            return f"{self.figures.deals_open:,.0f} deals open"
        by = f" by {short_day(held.due_date)}" if held.due_date else ""
        return f"goal {money_short(held.target, self.currency)}{by}"

    def trend(self, name: str) -> list[float | None]:
        """Return a figure by month, for a small drawing."""
        found = []
        for month in self.months:
            held = getattr(month.figures, name)
            value = held.value if isinstance(held, Estimate) else held
            found.append(None if value is None else float(value))
        return found


def of_cycle(cycle: Cycle, currency: str) -> KeyFigures:
    """Return a cycle's key figures, compared with the cycle before and the plan's pipeline."""
    earlier = (
        Cycle.objects.filter(campaign=cycle.campaign_id, number__lt=cycle.number)
        .order_by("-number")
        .first()
    )
    objective = Objective.objects.filter(cycle=cycle, metric=Objective.Metric.PIPELINE).first()
    return KeyFigures(
        figures=key_figures(Slice(cycle=cycle)),
        before=None if earlier is None else key_figures(Slice(cycle=earlier)),
        objective=objective,
        currency=currency,
    )


def of_workspace(currency: str, on: date | None = None) -> KeyFigures:
    """Return the last twelve months' key figures, compared with the twelve before, by month."""
    first, last = last_year(on)
    return KeyFigures(
        figures=key_figures(Slice(date_from=first, date_to=last)),
        before=key_figures(
            Slice(
                date_from=month_after(first, -MONTHS),
                date_to=date.fromordinal(first.toordinal() - 1),
            )
        ),
        objective=None,
        currency=currency,
        months=tuple(months_of_workspace(on)),
    )


def months_of_workspace(on: date | None = None) -> list[MonthFigures]:
    """Return the last twelve months' figures, month by month, the running one included."""
    first, last = last_year(on)
    return list(by_month(Slice(date_from=first, date_to=last)))


def last_year(on: date | None = None) -> tuple[date, date]:
    """Return the days of the last twelve months, the running one included.

    They are whole months, which the totals answer whatever the number of facts.
    """
    running = (on or today()).replace(day=1)
    return month_after(running, 1 - MONTHS), month_after(running, 1) - timedelta(days=1)


def most_tiring(cycle: Cycle) -> tuple[Program, WearFit] | None:
    """Return the program of a cycle's campaign that has lost most, else the one measured best.

    None where no program could be judged yet.
    """
    programs = {
        one.pk: one
        for one in Program.objects.filter(campaign=cycle.campaign_id).select_related("channel")
    }
    judged = [fit for fit in wears(list(programs)).values() if fit.wear.known]
    if not judged:
        return None
    found = max(
        judged,
        key=lambda fit: (
            fit.wear.tiring,
            (fit.wear.decline.value or 0.0) if fit.wear.tiring else fit.wear.n,
        ),
    )
    return programs[found.program_id], found


def moves_between(first: date, last: date) -> list[Event]:
    """Return the rivals' latest price cuts and launches in a time, to be marked on a drawing."""
    kinds = Q(kind__in=[CompetitorMove.Kind.PRICE_CUT, CompetitorMove.Kind.LAUNCH])
    found = (
        CompetitorMove.objects.filter(kinds, happened_on__range=(first, last))
        .select_related("competitor")
        .order_by("-happened_on", "-pk")[:MARKED]
    )
    return [
        Event(move.happened_on, f"{move.competitor.name}: {move.get_kind_display().lower()}")
        for move in found
    ]
