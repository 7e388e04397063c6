"""The pages that people take away, described for every form of file: the pages' own figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from ipeo import tenancy
from ipeo.exports.dossier import Chart, Column, Dossier, Fact, Section, Series, Table
from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.queries.ranges import Range
from ipeo.templatetags.changes import change_words, hours, hours_change, hours_interval
from ipeo.templatetags.figures import figure, interval, percent
from optimize.models import AttributionModel, Recommendation
from optimize.queries.breakdown import lines_of
from optimize.queries.fits import WearFit, wears
from optimize.queries.funnels import FunnelStory, story_of
from optimize.queries.measures import MonthFigures, Slice, by_program, measured, program_months
from optimize.queries.overview import (
    OVERVIEW,
    KeyFigures,
    Subject,
    key_figures_of,
    months_of_workspace,
    of_cycle,
    of_workspace,
)
from optimize.queries.recommendations import (
    Shown,
    recommendations_of,
    shown,
    waiting_everywhere,
)
from plan.models import Program

METHOD = (
    "Intervals are 80%: the true value lies inside in four out of five such cases.",
    "A change is reported only where the intervals of both periods do not overlap.",
    "Closed deals count on their close date, open deals on the day they were opened.",
    "Money is in the workspace's currency, converted at the rate on each record's date.",
)


def home_dossier(shown_range: Range) -> Dossier:
    """Return the manager's home: key figures, money by month, what waits for a decision."""
    held, months = of_workspace(shown_range), months_of_workspace(shown_range)
    waiting = waiting_everywhere()
    sections = [
        _key_section(held),
        _money_section(months),
        _advice_section(waiting, "Waiting for a decision"),
    ]
    return _dossier("Home", shown_range, sections)


def overview_dossier(shown_range: Range, *, by: str, model: str) -> Dossier:
    """Return Optimize's overview: key figures, and the figures shared out by one breakdown."""
    held = key_figures_of(shown_range, names=OVERVIEW, model=model)
    lines = lines_of(by=by, days=shown_range.days, model=model)
    currency = _currency()
    columns = (
        Column(by.capitalize()),
        Column("Spend", currency),
        Column("Touches", "count"),
        Column("Won", "count"),
        Column("Win rate", "percent", True),
        Column("Won net", currency),
        Column("Won margin", currency),
        Column("ROMI", "times", True),
        Column("Price dependence", "percent", True),
    )
    rows = tuple(
        (
            "Not recorded" if line.row.key == "(none)" else line.row.key,
            f.spend,
            f.touches,
            f.deals_won,
            f.win_rate,
            f.net_amount,
            f.margin_amount,
            f.romi,
            f.price_dependence,
        )
        for line in lines
        for f in [line.row.figures]
    )
    label = AttributionModel(model).label.lower()
    table = Section(
        f"By {by}", _leading(rows), table=Table(columns, rows), words=(f"Credited by {label}.",)
    )
    return _dossier("Optimize", shown_range, [_key_section(held), table])


def cycle_dossier(cycle: Cycle, shown_range: Range) -> Dossier:
    """Return a campaign's cycle: key figures, funnel, programs, wear and advice."""
    programs = by_program(_campaign(cycle, shown_range))
    fits = wears([one.program.pk for one in programs])
    currency = _currency()
    columns = (
        Column("Program"),
        Column("Spend", currency),
        Column("Won", "count"),
        Column("Won net", currency),
        Column("Won margin", currency),
        Column("ROMI", "times", True),
        Column("Wear-out"),
    )
    rows = tuple(
        (
            one.program.name,
            one.figures.spend,
            one.figures.deals_won,
            one.figures.net_amount,
            one.figures.margin_amount,
            one.figures.romi,
            wear_words(fits.get(one.program.pk)),
        )
        for one in programs
    )
    sections = [
        _key_section(of_cycle(cycle, shown_range)),
        *_funnel_sections(story_of(cycle, shown_range.cycle_before)),
        Section("Programs", table=Table(columns, rows)),
        _advice_section(recommendations_of(cycle), "What to do next"),
    ]
    return _dossier(str(cycle), shown_range, sections)


def funnel_dossier(cycle: Cycle, shown_range: Range) -> Dossier:
    """Return a cycle's way from mindset to wallet."""
    sections = _funnel_sections(story_of(cycle, shown_range.cycle_before))
    return _dossier(f"From mindset to wallet, {cycle}", shown_range, sections)


def program_dossier(program: Program, shown_range: Range, *, model: str = "first") -> Dossier:
    """Return a program: key figures, months, wear."""
    held = key_figures_of(shown_range, subject=Subject(program=program), model=model)
    months = program_months(
        program, date_from=shown_range.first, date_to=shown_range.last, model=model
    )
    currency = _currency()
    columns = (
        Column("Month", "month"),
        Column("Spend", currency),
        Column("Touches", "count"),
        Column("Leads", "count"),
        Column("Opened", "count"),
        Column("Won", "count"),
        Column("Won net", currency),
        Column("Won margin", currency),
    )
    rows = tuple(
        (
            one.month,
            one.spend,
            one.touches,
            one.leads,
            one.opportunities,
            one.won,
            one.net_amount,
            one.margin_amount,
        )
        for one in months
    )
    chart = Chart(
        "bars",
        tuple(f"{one.month:%b %y}" for one in months),
        (
            Series("Spend", tuple(_float(one.spend) for one in months), "execute-soft"),
            Series("Won margin", tuple(_float(one.margin_amount) for one in months), "optimize"),
        ),
        currency,
    )
    wear = wear_words(wears([program.pk]).get(program.pk))
    sections = [
        _key_section(held),
        Section(
            f"Month by month, {AttributionModel(model).label.lower()}",
            table=Table(columns, rows),
            chart=chart,
        ),
        Section("Wear-out", words=(wear,)),
    ]
    return _dossier(program.name, shown_range, sections)


def wear_words(fit: WearFit | None) -> str:
    """Return in words how a program wears, with intervals and sample."""
    if fit is None:
        return "Not assessed yet: too few months or deals"
    wear = fit.wear
    if not wear.known:
        return f"Not known: {wear.reason}"
    if not wear.tiring:
        return f"No decline beyond chance (n = {wear.n:,} deals opened)"
    lost = f"Lost {percent(wear.decline)} ({interval(wear.decline, 'percent')})"
    return f"{lost} since {fit.changed_on:%b %Y}"


def _key_section(held: KeyFigures) -> Section:
    facts = tuple(
        Fact(one.label, one.estimate, one.kind, change_words(one.change, one.kind), one.note)
        for one in held.figures
    )
    shown_changes = [one for one in held.figures if one.change.is_shown]
    if shown_changes:
        told = "; ".join(
            f"{one.label}: {_inner(change_words(one.change, one.kind))}" for one in shown_changes
        )
    else:
        told = f"No key figure has changed beyond its interval since {held.shown.before_text}"
    if held.before is None:
        told = "The key figures"
    return Section("Key figures", told, facts=facts)


def _money_section(months: Sequence[MonthFigures]) -> Section:
    currency = _currency()
    spend = tuple(_float(one.figures.spend) for one in months)
    margin = tuple(_float(one.figures.margin_amount) for one in months)
    ahead = [
        one
        for one, paid in zip(margin, spend, strict=True)
        if one is not None and one > (paid or 0)
    ]
    return Section(
        "Spend and won margin",
        f"Won margin was above spend in {len(ahead)} of {len(months)} months",
        table=Table(
            (
                Column("Month", "month"),
                Column("Spend", currency),
                Column("Won margin", currency),
            ),
            tuple((one.month, one.figures.spend, one.figures.margin_amount) for one in months),
        ),
        chart=Chart(
            "bars",
            tuple(f"{one.month:%b %y}" for one in months),
            (Series("Spend", spend, "execute-soft"), Series("Won margin", margin, "optimize")),
            currency,
        ),
    )


def _advice_section(found: Sequence[Recommendation], title: str) -> Section:
    currency = _currency()
    lines = shown(list(found), currency)
    columns = (
        Column("Recommendation"),
        Column("Expected margin gain", currency, True),
        Column("State"),
    )
    rows = tuple((_advised(one.row), one.gain, one.row.get_state_display()) for one in lines)
    waiting = sum(one.row.state == "waiting" for one in lines)
    message = f"{waiting} of {len(lines)} waiting for a decision" if lines else "Nothing to change"
    return Section(title, message, table=Table(columns, rows))


def _advised(row: Recommendation) -> str:
    """The title of advice, with what its gain is counted by where that is not the whole."""
    if row.kind == Recommendation.Kind.PRICE:
        return f"{row.title} (gain per opportunity)"
    if row.kind == Recommendation.Kind.TEST:
        return f"{row.title} (no gain estimated before the test)"
    against = Shown(row, _currency()).against
    return f"{row.title} (gain{against})" if against else row.title


def _funnel_sections(story: FunnelStory) -> list[Section]:
    former = f"cycle {story.earlier.number}" if story.earlier else "the previous cycle"
    columns = (
        Column("Step"),
        Column("Buyers", "count"),
        Column("Conversion", "percent", True),
        Column(f"Compared with {former}"),
    )
    rows = tuple(
        (
            step.label,
            step.reached,
            passage.share if passage else None,
            change_words(passage.change, "percent") if passage else "",
        )
        for step, passage in zip(story.funnel.steps, (None, *story.passages), strict=True)
    )
    leak, handoff = story.leak, story.funnel.handoff_hours
    message = "No buyers reached yet"
    if leak is not None:
        source, target = leak.source.label.lower(), leak.target.label.lower()
        message = (
            f"The biggest drop is from {source} to {target}: "
            f"{figure(leak.share, 'percent')} move on ({interval(leak.share, 'percent')})"
        )
    words = []
    if handoff.value is not None:
        words.append(
            f"The median handoff takes {hours(handoff.value)} "
            f"({hours_interval(handoff)}). {hours_change(story.handoff)}."
        )
    if story.taken_up.value is not None:
        share = f"{percent(story.taken_up)} ({interval(story.taken_up, 'percent')})"
        words.append(f"Sales contacted {share} of buyers who took a second look.")
    chart = Chart(
        "steps",
        tuple(step.label for step in story.funnel.steps),
        (Series("Buyers", tuple(float(step.reached) for step in story.funnel.steps), "insight"),),
        "count",
    )
    table = Table(columns, rows)
    return [
        Section("From mindset to wallet", message, table=table, chart=chart, words=tuple(words))
    ]


def _inner(sentence: str) -> str:
    """Return a sentence as a part of another."""
    return sentence[:1].lower() + sentence[1:]


def _leading(rows: Sequence[tuple[object, ...]]) -> str:
    if not rows:
        return "Nothing in this period"
    returns = [row[7] for row in rows]
    paying = [one for one in returns if isinstance(one, Estimate) and (one.low or 0) > 0]
    return f"{len(paying)} of {len(rows)} clearly return their spend (80% interval above 0)"


def _campaign(cycle: Cycle, shown_range: Range) -> Slice:
    return Subject(campaign=cycle.campaign).on(shown_range.days)


def _dossier(title: str, shown_range: Range, sections: Sequence[Section]) -> Dossier:
    workspace = tenancy.current_workspace()
    at = measured()
    return Dossier(
        title=title,
        workspace=workspace.name,
        range_text=shown_range.text,
        before_text=shown_range.before_text,
        measured_at=at.measured_at,
        sections=tuple(sections),
        method=METHOD,
        currency=workspace.currency,
        made_on=timezone.localdate(),
    )


def _currency() -> str:
    return str(tenancy.current_workspace().currency)


def _float(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)
