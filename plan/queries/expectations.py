"""What a plan is expected to bring, as the pages write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import percent, short_day
from plan.models import Objective, ProgramPlan
from plan.queries.objectives import in_metric, in_metric_short


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
        return f"{self.interval_alone}, baseline {baseline}"

    @property
    def interval_alone(self) -> str:
        """Its interval in words; empty where it has none."""
        held, metric = self.expected, self.objective.metric
        if held.low is None:
            return ""
        low, high = in_metric_short(metric, held.low), in_metric_short(metric, held.high)
        return f"{percent(held.level)} interval {low} to {high}"

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

    def chance_below(self, amount: float) -> float | None:
        """Return the chance of a margin below an amount; None where it was not drawn."""
        if not self.quantiles:
            return None
        return sum(one < amount for one in self.quantiles) / (len(self.quantiles) + 1)

    def margin_of(self, plan_id: int) -> Estimate:
        """Return the expected margin of a program plan."""
        for one in self.programs:
            if one.plan.pk == plan_id:
                return one.margin
        return Estimate.unknown("Not in the plan when the forecast was made.")
