"""The key figures that shared pages show, with what they are compared to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone

from insight.models import CompetitorMove
from ipeo.charts import Event
from ipeo.models import Campaign, Cycle
from ipeo.numerics.changes import Change, change
from ipeo.numerics.estimates import Estimate
from ipeo.numerics.ranges import Days, month_after, month_end
from ipeo.queries.ranges import Range
from ipeo.templatetags.figures import money_short, percent, short_day
from ipeo.tenancy import current_workspace
from optimize.models import AttributionModel
from optimize.numerics.attribution import MODELS
from optimize.numerics.figures import Figures
from optimize.queries.behind import ANY, deals_href
from optimize.queries.fits import WearFit, wears
from optimize.queries.measures import MonthFigures, Slice, by_month, key_figures
from plan.models import Objective, Program

MONTHS = 12
SHORT = 62
"""Up to so many days, a course by month says too little."""
HEALTHY = 0.3
"""A price dependence above this is called high."""
MARKED = 3
"""How many of the rivals' moves one drawing marks at most."""


@dataclass(frozen=True)
class Subject:
    """What key figures tell of: everything, or a campaign or program under first touch."""

    campaign: Campaign | None = None
    program: Program | None = None

    @property
    def credit(self) -> str:
        """The deals behind its figures, as `optimize.queries.behind` reads it."""
        if self.program is not None:
            return f"{AttributionModel.FIRST.value}.program.{self.program.pk}"
        if self.campaign is not None:
            return f"{AttributionModel.FIRST.value}.campaign.{self.campaign.pk}"
        return ""

    def on(self, days: Days) -> Slice:
        """Return its slice of the measurement on some days."""
        return Slice(
            campaign=self.campaign, program=self.program, date_from=days.first, date_to=days.last
        )


@dataclass(frozen=True)
class KeyFigure:
    """One key figure: its value, what it rests on, its change, and the deals behind it."""

    name: str
    label: str
    kind: str
    estimate: Estimate
    change: Change
    href: str
    good: str = "up"
    note: str = ""
    trend: tuple[float | None, ...] = ()

    @property
    def chip(self) -> str:
        """A verdict on the figure itself, empty where it has none."""
        if self.name != "value_share" or self.estimate.value is None:
            return ""
        return "healthy" if self.estimate.value >= 1 - HEALTHY else "low"


@dataclass(frozen=True)
class KeyFigures:
    """A page's key figures in a range, held against the range before."""

    shown: Range
    now: Figures
    before: Figures | None
    figures: tuple[KeyFigure, ...]

    def figure(self, name: str) -> KeyFigure:
        """Return one of them by name; raises `KeyError`."""
        return {one.name: one for one in self.figures}[name]


HOME = ("romi", "sourced_pipeline_amount", "win_rate", "value_share")
OVERVIEW = ("romi", "margin_amount", "win_rate", "cac")
NOT_BEGUN = "this period has not begun"
_LABELS = {
    "romi": ("Return on marketing investment", "times", "up"),
    "sourced_pipeline_amount": ("Sourced pipeline", "", "up"),
    "margin_amount": ("Won margin", "", "up"),
    "win_rate": ("Win rate", "percent", "up"),
    "value_share": ("Won on value, near list price", "percent", "up"),
    "cac": ("Cost of a new customer", "", "down"),
}
_BEHIND = {
    "romi": ("won", ("margin",), True),
    "sourced_pipeline_amount": ("", (), True),
    "margin_amount": ("won", ("margin",), False),
    "win_rate": ("decided", (), False),
    "value_share": ("won", ("priced",), False),
    "cac": ("won", ("new",), False),
}
"""Of each figure's deals: their outcome, what must be known of them, and whether by touch."""


def key_figures_of(
    shown: Range,
    *,
    subject: Subject = Subject(),
    names: Sequence[str] = HOME,
    model: str = AttributionModel.FIRST.value,
    objective: Objective | None = None,
    months: Sequence[MonthFigures] = (),
) -> KeyFigures:
    """Return a subject's key figures in a range, each held against the range's time before."""
    now = key_figures(subject.on(shown.days), model=model)
    earlier = None if shown.before is None else key_figures(subject.on(shown.before), model=model)
    found, begun = [], shown.first <= timezone.localdate()
    for name in names:
        label, kind, good = _LABELS[name]
        value = estimate_of(now, name)
        was = None if earlier is None else estimate_of(earlier, name)
        found.append(
            KeyFigure(
                name=name,
                label=label,
                kind=kind or f"{current_workspace().currency}:short",
                estimate=value,
                change=change(value, was) if begun else Change("unknown", value, value, NOT_BEGUN),
                href=_behind(name, shown.days, subject, model) if value.known else "",
                good=good,
                note=_note(name, now, objective),
                trend=tuple(estimate_of(one.figures, name).value for one in months),
            )
        )
    return KeyFigures(shown, now, earlier, tuple(found))


def estimate_of(figures: Figures, name: str) -> Estimate:
    """Return a figure as an estimate; what was counted has no interval, but its sample."""
    if name == "value_share":
        held = figures.price_dependence
        return held.scaled(-1.0, 1.0) if held.known else held
    value = getattr(figures, name)
    if isinstance(value, Estimate):
        return value
    if value is None:
        return Estimate.unknown(figures.why.get(name, "not known"))
    counted = {
        "sourced_pipeline_amount": figures.sourced_deals or 0,
        "influenced_pipeline_amount": figures.influenced_deals or 0,
    }
    return Estimate.exact(float(value), round(counted.get(name, figures.deals_won)))


def _behind(name: str, days: Days, subject: Subject, model: str) -> str:
    outcome, known, by_touch = _BEHIND[name]
    credit = subject.credit
    if credit and name != "sourced_pipeline_amount":
        credit = f"{model if model in MODELS else ANY}{credit[credit.index('.') :]}"
    return deals_href(days, credit or ("touched" if by_touch else ""), *known, outcome=outcome)


def _note(name: str, now: Figures, objective: Objective | None) -> str:
    if name == "value_share" and now.price_dependence.value is not None:
        return f"price dependence {percent(now.price_dependence.value)}"
    if name == "win_rate" and now.win_rate.known:
        return f"{now.deals_won:,.0f} won of {now.win_rate.n:,}"
    if name != "sourced_pipeline_amount":
        return ""
    if objective is None or objective.target is None:
        return f"{now.deals_open:,.0f} deal{'' if now.deals_open == 1 else 's'} open"
    by = f" by {short_day(objective.due_date)}" if objective.due_date else ""
    return f"goal {money_short(objective.target, current_workspace().currency)}{by}"


def of_cycle(cycle: Cycle, shown: Range) -> KeyFigures:
    """Return a cycle's campaign's key figures, beside the plan's goal for the pipeline."""
    objective = Objective.objects.filter(cycle=cycle, metric=Objective.Metric.PIPELINE).first()
    return key_figures_of(shown, subject=Subject(campaign=cycle.campaign), objective=objective)


def of_workspace(shown: Range) -> KeyFigures:
    """Return the workspace's key figures, with their course by month."""
    piece = Slice(date_from=shown.first, date_to=shown.last)
    months = by_month(piece) if shown.days.count > SHORT else []
    return key_figures_of(shown, months=months)


def months_of_workspace(shown: Range) -> list[MonthFigures]:
    """Return the figures of each month of a range; of few days, of the months up to its last."""
    first = shown.first
    if shown.days.count <= SHORT:
        first = month_after(shown.last, 1 - MONTHS)
    return list(by_month(Slice(date_from=first, date_to=shown.last)))


def days_of(months: Sequence[MonthFigures], shown: Range) -> list[Days]:
    """Return the days of each month that its figures count; a range may begin within one."""
    found = []
    for place, one in enumerate(months):
        first, last = one.month, month_end(one.month)
        if place == 0 and shown.days.count > SHORT:
            first = max(first, shown.first)
        found.append(Days(first, min(last, shown.last)))
    return found


def last_year(on: date | None = None) -> tuple[date, date]:
    """Return the days of the last twelve months, the running one included.

    They are whole months, which the totals answer whatever the number of facts.
    """
    running = (on or timezone.localdate()).replace(day=1)
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
