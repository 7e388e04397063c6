"""What a scenario is expected to bring: reckoned while it is drafted, read once it is frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.text import get_text_list

from insight.queries.curves import posterior_draws
from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate, rate
from plan.models import Forecast, Objective, Program, Scenario
from plan.numerics import forecast as numerics
from plan.numerics.bends import Bend, bends_of
from plan.numerics.chances import chance_at_least
from plan.queries.evidence import History, history_of
from plan.queries.expectations import (
    ObjectiveExpectation,
    ProgramExpectation,
    ScenarioForecast,
)
from plan.queries.guard import margin_at_list
from plan.queries.objectives import RATES, objectives_of
from plan.queries.sheet import Row, Sheet, sheet_of

SEED = 20_260_101
"""One seed for every forecast, so that the same plan always shows the same figures."""

DRAWS = 1000
"""How many draws every forecast takes, so that what is typed and what is saved agree."""

_SERIES = {
    Objective.Metric.NET_AMOUNT: "net_amount",
    Objective.Metric.PIPELINE: "pipeline",
    Objective.Metric.NEW_CUSTOMERS: "new_customers",
}
_BASES = {
    "program": "their own measured history",
    "channel": "the history of their channel",
    "workspace": "the history of all programs together",
    "none": "a rough guess",
}
_NO_MONEY = "There is no budget in the plan yet."


def shown_forecast(
    scenario: Scenario, sheet: Sheet | None = None, past: Past | None = None
) -> ScenarioForecast:
    """Return the frozen forecast of a scenario that was approved, else the present one."""
    sheet = sheet or sheet_of(scenario)
    if scenario.status in {Scenario.Status.APPROVED, Scenario.Status.REPLACED}:
        rows = list(Forecast.objects.filter(scenario=scenario).select_related("objective"))
        if rows:
            return _frozen(sheet, rows)
    return expected_of(scenario, sheet, past=past)


@dataclass(frozen=True)
class Past:
    """What a forecast rests on: measured histories, programs' names, fitted bends, the margin.

    `known` holds each program's name and its channel's. `bends` is by channel's name.
    """

    histories: Mapping[int, History]
    known: Mapping[int, tuple[str, str]]
    bends: Mapping[str, tuple[Bend, ...]]
    margin_at_list: float | None


def past_of(before: date | None = None) -> Past:
    """Return the workspace's past up to the last month that was over on a day, or on this one.

    A channel's fitted curve counts only where the data informed it.
    """
    known = {
        pk: (name, channel)
        for pk, name, channel in Program.objects.order_by("pk").values_list(
            "pk", "name", "channel__name"
        )
    }
    bends = {}
    for curve in posterior_draws(informed_only=True):
        at = [curve.weekly_spend]
        if curve.weekly_spend > 0 and len(curve.draws):
            brought, more = curve.evaluate(at)[:, 0], curve.next_return(at)[:, 0]
            sound = brought > 0
            if sound.any():
                bends[curve.name] = bends_of(
                    more[sound] * curve.weekly_spend / brought[sound], curve.shapes[sound]
                )
    return Past(history_of(list(known), before), known, bends, margin_at_list().value)


def expected_of(
    scenario: Scenario,
    sheet: Sheet | None = None,
    *,
    before: date | None = None,
    past: Past | None = None,
) -> ScenarioForecast:
    """Reckon a scenario's forecast from the measured past of the workspace's programs.

    That past ends with the last month that was over on the day `before`, today unless given; or
    it is the one that is handed in.
    """
    sheet = sheet or sheet_of(scenario)
    past = past or past_of(before)
    objectives = objectives_of(scenario.cycle)
    targets = {one.metric: one.target for one in objectives}
    found = _forecast(sheet, past, "margin", targets.get(Objective.Metric.WON_MARGIN))
    by_key = {one.key: one for one in found.by_program}
    programs = [_expectation(row, by_key.get(row.plan.program.name)) for row in sheet.rows]
    return ScenarioForecast(
        programs=programs,
        objectives=[_objective(one, sheet, past, found) for one in objectives],
        margin=found.margin if sheet.total else Estimate.unknown(_NO_MONEY),
        says=_says(found, past, sheet),
        quantiles=found.quantiles,
    )


def without_scenario(cycle: Cycle) -> list[ObjectiveExpectation]:
    """Return a cycle's objectives while there is no plan that could reach them."""
    nothing = Estimate.unknown("There is no scenario yet.")
    return [ObjectiveExpectation(one, nothing, None) for one in objectives_of(cycle)]


def _says(found: numerics.Forecast, past: Past, sheet: Sheet) -> str:
    """Return on what the programs' forecasts rest, in a sentence or two."""
    counted = Counter(one.basis for one in found.by_program)
    if not counted:
        return _NO_MONEY
    if set(counted) == {"none"}:
        return (
            "No spend has been traced to a won deal yet, so every program is based on a rough "
            "guess: as much margin as spend, with a wide interval."
        )
    channels = {row.plan.program.channel.name for row in sheet.rows if row.total}
    fitted = sorted(channels & set(past.bends))
    bends = (
        f" Diminishing returns follow the fitted curve for {', '.join(fitted)}."
        if fitted
        else " Diminishing returns follow a prior, updated by the months so far."
    )
    return f"{_from(counted)}.{bends} Intervals are 80%."


def _from(counted: Counter[str]) -> str:
    """Return from what so many programs are forecast: all of them alike, or each part."""
    bases = [
        (counted[basis], words.replace("their", "its") if counted[basis] == 1 else words)
        for basis, words in _BASES.items()
        if counted[basis]
    ]
    first, words = bases[0]
    if len(bases) == 1:
        if first == 1:
            return f"The one program with a budget is forecast from {words}"
        return f"All {first} programs with a budget are forecast from {words}"
    verb = "is" if first == 1 else "are"
    parts = [
        f"{first} {verb} forecast from {words}",
        *(f"{n} from {told}" for n, told in bases[1:]),
    ]
    return f"Of {counted.total()} programs with a budget, {get_text_list(parts, 'and')}"


def planned_of(sheet: Sheet) -> list[numerics.ProgramPlan]:
    """Return the programs of a grid as the forecast takes them, those without money too."""
    return [
        numerics.ProgramPlan(
            key=row.plan.program.name,
            channel=row.plan.program.channel.name,
            spend=tuple(float(cell.amount) for cell in row.cells),
        )
        for row in sheet.rows
    ]


def known_of(sheet: Sheet, past: Past, series: str, scale: float = 1.0) -> numerics.Known:
    """Return draws of what each program of a grid brings of a series, times `scale`."""
    histories = [
        numerics.History(
            key=past.known[program_id][0],
            channel=past.known[program_id][1],
            spend=tuple(history.spend),
            margin=tuple(float(one) * scale for one in getattr(history, series)),
        )
        for program_id, history in past.histories.items()
        if program_id in past.known and len(getattr(history, series)) == len(history.spend) > 0
    ]
    return numerics.known(planned_of(sheet), histories, bends=past.bends, draws=DRAWS, seed=SEED)


def _forecast(
    sheet: Sheet,
    past: Past,
    series: str,
    target: Decimal | float | None,
    scale: float = 1.0,
    *,
    in_parts: bool = True,
) -> numerics.Forecast:
    return numerics.expected(
        planned_of(sheet),
        known_of(sheet, past, series, scale),
        target=None if target is None else float(target),
        in_parts=in_parts,
    )


def _expectation(row: Row, found: numerics.ProgramForecast | None) -> ProgramExpectation:
    if found is None:
        margin = Estimate.unknown("No budget is planned for it.")
        return ProgramExpectation(row.plan, row.total, margin, {"says": margin.reason})
    return ProgramExpectation(
        row.plan,
        row.total,
        found.margin,
        {"says": found.rests_on, "basis": found.basis, "months": found.n_months},
    )


def _objective(
    objective: Objective, sheet: Sheet, past: Past, margin: numerics.Forecast
) -> ObjectiveExpectation:
    metric = Objective.Metric(objective.metric)
    if not sheet.total:
        return ObjectiveExpectation(objective, Estimate.unknown(_NO_MONEY), None)
    if metric == Objective.Metric.WON_MARGIN:
        return ObjectiveExpectation(objective, margin.margin, margin.chance, margin.quantiles)
    if metric in RATES:
        return _rate(objective, sheet, past.histories)
    way = way_of(metric, past)
    if way is not None:
        series, scale = way
        target = None if objective.target is None else float(objective.target) * scale
        carried = scale if series != "margin" else 1.0
        found = _forecast(sheet, past, series, target, carried, in_parts=False)
        # The broad guess is one of margin: nothing is guessed of customers or pipeline.
        if series == "margin" or not found.is_guess:
            return _scaled(objective, found, scale)
    reason = "The effect of programs on this has not been measured yet."
    return ObjectiveExpectation(objective, Estimate.unknown(reason), None)


def way_of(metric: str, past: Past) -> tuple[str, float] | None:
    """Return the series that tells a metric, and the money behind one unit of it.

    The forecast reckons in returns of about the size of the spend, so a count is carried through
    it at what one of it cost. Net amount that was not measured follows from the margin at list
    price. None where nothing of it is known.
    """
    if metric == Objective.Metric.WON_MARGIN:
        return "margin", 1.0
    series = _SERIES.get(Objective.Metric(metric))
    if series is None:
        return None
    scale = _per_unit(past.histories, series)
    if scale is not None:
        return series, scale
    if metric == Objective.Metric.NET_AMOUNT and past.margin_at_list:
        return ("margin", past.margin_at_list) if past.margin_at_list > 0 else None
    return None


def _per_unit(histories: Mapping[int, History], series: str) -> float | None:
    """Return the spend behind one unit of a series, None where nothing of it was measured."""
    pairs = [
        (sum(history.spend), sum(getattr(history, series)))
        for history in histories.values()
        if len(getattr(history, series)) == len(history.spend)
    ]
    spend, units = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return float(spend) / float(units) if spend > 0 and units > 0 else None


def _scaled(objective: Objective, found: numerics.Forecast, scale: float) -> ObjectiveExpectation:
    quantiles = tuple(one / scale for one in found.quantiles)
    return ObjectiveExpectation(objective, found.margin.scaled(1 / scale), found.chance, quantiles)


def _rate(
    objective: Objective, sheet: Sheet, histories: Mapping[int, History]
) -> ObjectiveExpectation:
    """A rate is expected to be what the planned programs' deals had so far, taken together."""
    held = [
        histories[row.plan.program_id]
        for row in sheet.rows
        if row.total and row.plan.program_id in histories
    ]
    if objective.metric == Objective.Metric.WIN_RATE:
        part, whole = sum(one.won for one in held), sum(one.decided for one in held)
    else:
        part, whole = sum(one.won_at_value for one in held), sum(one.won for one in held)
    expected = rate(part, whole, reason="No deals from these programs have been decided yet.")
    chance = (
        chance_at_least(part, whole, float(objective.target))
        if expected.known and objective.target is not None
        else None
    )
    return ObjectiveExpectation(objective, expected, chance)


def _frozen(sheet: Sheet, rows: list[Forecast]) -> ScenarioForecast:
    margin = Objective.Metric.WON_MARGIN
    by_program = {row.program_id: row for row in rows if row.program_id is not None}
    whole = {row.metric: row for row in rows if row.program_id is None}
    total = whole.get(margin)
    missing = Estimate.unknown("Not in the plan when the forecast was made.")
    return ScenarioForecast(
        programs=[
            ProgramExpectation(
                row.plan,
                row.total,
                estimate_of(held) if (held := by_program.get(row.plan.program_id)) else missing,
                held.rests_on if held else {},
            )
            for row in sheet.rows
        ],
        objectives=[
            ObjectiveExpectation(row.objective, estimate_of(row), row.chance)
            for row in sorted(whole.values(), key=lambda row: row.objective_id or 0)
            if row.objective is not None
        ],
        margin=estimate_of(total) if total else missing,
        says=str(total.rests_on.get("says", "")) if total else "",
        quantiles=tuple(total.rests_on.get("quantiles", ())) if total else (),
        frozen_at=rows[0].frozen_at,
    )


def estimate_of(row: Forecast) -> Estimate:
    """Return a frozen forecast as an estimate."""
    if row.expected is None:
        return Estimate.unknown(
            str(row.rests_on.get("reason") or row.rests_on.get("says") or "Not known.")
        )
    return Estimate(
        float(row.expected),
        None if row.low is None else float(row.low),
        None if row.high is None else float(row.high),
        int(row.rests_on.get("n", 0)),
    )
