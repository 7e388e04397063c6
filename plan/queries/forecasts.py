"""What a scenario is expected to bring: reckoned while it is drafted, read once it is frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ipeo.models import Cycle
from ipeo.numerics.estimates import Estimate, rate
from ipeo.templatetags.figures import percent, short_day
from plan.models import Forecast, Objective, Program, ProgramPlan, Scenario
from plan.numerics import forecast as numerics
from plan.numerics.chances import chance_at_least
from plan.queries.evidence import History, history_of
from plan.queries.guard import margin_at_list
from plan.queries.objectives import RATES, in_metric, in_metric_short, objectives_of
from plan.queries.sheet import Row, Sheet, sheet_of

SEED = 20_260_101
"""One seed for every forecast, so that the same plan always shows the same figures."""

_SERIES = {
    Objective.Metric.NET_AMOUNT: "net_amount",
    Objective.Metric.PIPELINE: "pipeline",
    Objective.Metric.NEW_CUSTOMERS: "new_customers",
}
_BASES = {
    "program": "their own measured past",
    "channel": "the past of their channel",
    "workspace": "the past of all programs together",
    "none": "a broad guess",
}
_NO_MONEY = "There is no money in the plan yet."


@dataclass(frozen=True)
class ProgramExpectation:
    """A program's expected contribution margin, and what that rests on."""

    plan: ProgramPlan
    planned: Decimal
    margin: Estimate
    rests_on: dict[str, Any]

    @property
    def program_id(self) -> int:
        """The program's id."""
        return int(self.plan.program_id)


@dataclass(frozen=True)
class ObjectiveExpectation:
    """What the plan is expected to reach of an objective, and the chance that it reaches it."""

    objective: Objective
    expected: Estimate
    chance: float | None
    quantiles: tuple[float, ...] = ()

    @property
    def label(self) -> str:
        """The objective in words: `Won margin by 30 Sep, goal $900,000`."""
        held = self.objective
        by = f" by {short_day(held.due_date)}" if held.due_date else ""
        goal = in_metric(held.metric, held.target, "not set")
        return f"{held.get_metric_display()}{by}, goal {goal}"

    @property
    def value(self) -> str:
        """The expected figure."""
        return in_metric_short(self.objective.metric, self.expected.value)

    @property
    def interval(self) -> str:
        """Its interval, or why it is not known; with the baseline."""
        held, metric = self.expected, self.objective.metric
        baseline = in_metric(metric, self.objective.baseline, "not set")
        if held.value is None:
            return f"{held.reason} Baseline {baseline}"
        if held.low is None:
            return f"baseline {baseline}"
        low, high = in_metric_short(metric, held.low), in_metric_short(metric, held.high)
        return f"{percent(held.level)} {low} to {high}, baseline {baseline}"

    @property
    def chance_text(self) -> str:
        """The chance to reach the target; an extreme one is not called certain."""
        if self.chance is None:
            return ""
        if self.chance < 0.01:
            return "under 1%"
        return "over 99%" if self.chance > 0.99 else str(percent(self.chance))


@dataclass(frozen=True)
class ScenarioForecast:
    """A scenario's forecast; `frozen_at` is None while it is still reckoned afresh."""

    programs: list[ProgramExpectation]
    objectives: list[ObjectiveExpectation]
    margin: Estimate
    says: str
    quantiles: tuple[float, ...] = ()
    frozen_at: datetime | None = None

    @property
    def lines(self) -> list[ProgramExpectation]:
        """The programs in the order of the grid."""
        return self.programs

    def margin_of(self, plan_id: int) -> Estimate:
        """Return the expected margin of a program plan."""
        for one in self.programs:
            if one.plan.pk == plan_id:
                return one.margin
        return Estimate.unknown("It was not in the plan when the forecast was made.")


def shown_forecast(scenario: Scenario, sheet: Sheet | None = None) -> ScenarioForecast:
    """Return the frozen forecast of a scenario that was approved, else the present one."""
    sheet = sheet or sheet_of(scenario)
    if scenario.status in {Scenario.Status.APPROVED, Scenario.Status.REPLACED}:
        rows = list(Forecast.objects.filter(scenario=scenario).select_related("objective"))
        if rows:
            return _frozen(sheet, rows)
    return expected_of(scenario, sheet)


def expected_of(
    scenario: Scenario, sheet: Sheet | None = None, *, before: date | None = None
) -> ScenarioForecast:
    """Reckon a scenario's forecast from the measured past of the workspace's programs.

    That past ends with the last month that was over on the day `before`, today unless given.
    """
    sheet = sheet or sheet_of(scenario)
    objectives = objectives_of(scenario.cycle)
    known = {
        pk: (name, channel)
        for pk, name, channel in Program.objects.order_by("pk").values_list(
            "pk", "name", "channel__name"
        )
    }
    histories = history_of(list(known), before)
    targets = {one.metric: one.target for one in objectives}
    margin_target = targets.get(Objective.Metric.WON_MARGIN)
    found = _forecast(
        sheet, histories, known, "margin", None if margin_target is None else margin_target
    )
    by_key = {one.key: one for one in found.by_program}
    programs = [_expectation(row, by_key.get(row.plan.program.name)) for row in sheet.rows]
    return ScenarioForecast(
        programs=programs,
        objectives=[_objective(one, sheet, histories, known, found) for one in objectives],
        margin=found.margin if sheet.total else Estimate.unknown(_NO_MONEY),
        says=_says(found),
        quantiles=found.quantiles,
    )


def without_scenario(cycle: Cycle) -> list[ObjectiveExpectation]:
    """Return a cycle's objectives while there is no plan that could reach them."""
    nothing = Estimate.unknown("There is no scenario yet.")
    return [ObjectiveExpectation(one, nothing, None) for one in objectives_of(cycle)]


def _says(found: numerics.Forecast) -> str:
    """Return on what the programs' forecasts rest, in a sentence or two."""
    counted = Counter(one.basis for one in found.by_program)
    if not counted:
        return _NO_MONEY
    if set(counted) == {"none"}:
        return (
            "No spend has been followed to a won deal yet, so every program rests on a broad "
            "guess: as much margin as is spent, give or take a lot."
        )
    parts = [f"{counted[basis]} on {words}" for basis, words in _BASES.items() if counted[basis]]
    programs = f"{len(found.by_program)} program{'' if len(found.by_program) == 1 else 's'}"
    return f"Of {programs} with money, {', '.join(parts)}. Intervals are at 80%."


def _forecast(
    sheet: Sheet,
    histories: Mapping[int, History],
    known: Mapping[int, tuple[str, str]],
    series: str,
    target: Decimal | float | None,
    scale: float = 1.0,
) -> numerics.Forecast:
    plans = [
        numerics.ProgramPlan(
            key=row.plan.program.name,
            channel=row.plan.program.channel.name,
            spend=tuple(float(cell.amount) for cell in row.cells),
        )
        for row in sheet.rows
        if row.total
    ]
    past = [
        numerics.History(
            key=known[program_id][0],
            channel=known[program_id][1],
            spend=tuple(history.spend),
            margin=tuple(float(one) * scale for one in getattr(history, series)),
        )
        for program_id, history in histories.items()
        if program_id in known and len(getattr(history, series)) == len(history.spend) > 0
    ]
    return numerics.forecast(
        plans, past, target=None if target is None else float(target), seed=SEED
    )


def _expectation(row: Row, found: numerics.ProgramForecast | None) -> ProgramExpectation:
    if found is None:
        margin = Estimate.unknown("No money is planned for it.")
        return ProgramExpectation(row.plan, row.total, margin, {"says": margin.reason})
    return ProgramExpectation(
        row.plan,
        row.total,
        found.margin,
        {"says": found.rests_on, "basis": found.basis, "months": found.n_months},
    )


def _objective(
    objective: Objective,
    sheet: Sheet,
    histories: Mapping[int, History],
    known: Mapping[int, tuple[str, str]],
    margin: numerics.Forecast,
) -> ObjectiveExpectation:
    metric = Objective.Metric(objective.metric)
    if not sheet.total:
        return ObjectiveExpectation(objective, Estimate.unknown(_NO_MONEY), None)
    if metric == Objective.Metric.WON_MARGIN:
        return ObjectiveExpectation(objective, margin.margin, margin.chance, margin.quantiles)
    if metric in RATES:
        return _rate(objective, sheet, histories)
    series = _SERIES[metric]
    scale = _per_unit(histories, series)
    if scale is not None:
        target = None if objective.target is None else float(objective.target) * scale
        found = _forecast(sheet, histories, known, series, target, scale)
        # The broad guess is one of margin: nothing is guessed of customers or pipeline.
        if all(one.basis != "none" for one in found.by_program):
            return _scaled(objective, found, scale)
    at_list = margin_at_list().value if metric == Objective.Metric.NET_AMOUNT else None
    if at_list is not None and at_list > 0:
        target = None if objective.target is None else float(objective.target) * at_list
        found = _forecast(sheet, histories, known, "margin", target)
        return _scaled(objective, found, at_list)
    reason = "What a program brings of this has not been measured yet."
    return ObjectiveExpectation(objective, Estimate.unknown(reason), None)


def _per_unit(histories: Mapping[int, History], series: str) -> float | None:
    """Return the spend behind one unit of a series, None where nothing of it was measured.

    The forecast reckons in returns of about the size of the spend, so a count is carried through
    it at what one of it cost.
    """
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
    expected = rate(part, whole, reason="No deal of these programs has been decided yet.")
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
    missing = Estimate.unknown("It was not in the plan when the forecast was made.")
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
        frozen_at=rows[0].frozen_at,
    )


def estimate_of(row: Forecast) -> Estimate:
    """Return a frozen forecast as an estimate."""
    if row.expected is None:
        return Estimate.unknown(
            str(row.rests_on.get("reason") or row.rests_on.get("says") or "It was not known.")
        )
    return Estimate(
        float(row.expected),
        None if row.low is None else float(row.low),
        None if row.high is None else float(row.high),
        int(row.rests_on.get("n", 0)),
    )
