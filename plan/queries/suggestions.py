"""The latest suggestion beside the plan, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ipeo.numerics.estimates import Estimate
from plan.models import Allocation, AllocationLine, Scenario
from plan.queries.allocations import latest_of, lines_of
from plan.queries.budget import amounts_of
from plan.queries.expectations import ObjectiveExpectation
from plan.queries.objectives import objectives_of


@dataclass(frozen=True)
class SuggestedLine:
    """One program: the plan's money now, the suggested one, and what the next dollar returns."""

    line: AllocationLine
    now: Decimal
    margin: Estimate
    next_return: Estimate

    @property
    def difference(self) -> Decimal:
        """Suggested less planned."""
        return self.line.suggested - self.now

    @property
    def is_taken(self) -> bool:
        """Whether the plan holds what was suggested."""
        return self.difference == 0


@dataclass(frozen=True)
class SuggestedChance:
    """An objective's chance under the plan as it was, and under the suggestion."""

    label: str
    planned: str
    split: str


@dataclass(frozen=True)
class Suggestion:
    """A suggestion as it was made, beside what the plan holds now."""

    allocation: Allocation
    lines: list[SuggestedLine]
    planned: Estimate
    split: Estimate
    gain: Estimate
    chances: list[SuggestedChance]

    @property
    def suggested_total(self) -> Decimal:
        """What the suggestion spends."""
        return sum((one.line.suggested for one in self.lines), Decimal(0))

    @property
    def now_total(self) -> Decimal:
        """What the plan gives these programs now."""
        return sum((one.now for one in self.lines), Decimal(0))

    @property
    def unspent(self) -> Decimal:
        """What the ceilings left without a place."""
        return max(self.allocation.total - self.suggested_total, Decimal(0))

    @property
    def is_taken(self) -> bool:
        """Whether the plan holds all that was suggested."""
        return all(one.is_taken for one in self.lines)


def estimate_from(stored: dict[str, Any]) -> Estimate:
    """Return an estimate from its JSON."""
    if not stored or stored.get("value") is None:
        return Estimate.unknown(str(stored.get("reason") or "Not known."))
    return Estimate(stored["value"], stored["low"], stored["high"], int(stored.get("n") or 0))


def shown_suggestion(scenario: Scenario) -> Suggestion | None:
    """Return the latest suggestion for a scenario, None where none was made."""
    allocation = latest_of(scenario)
    if allocation is None:
        return None
    now: dict[int, Decimal] = {}
    for (plan_id, _), amount in amounts_of(scenario).items():
        now[plan_id] = now.get(plan_id, Decimal(0)) + amount
    chances = []
    nothing = Estimate.unknown("not included")
    for objective in objectives_of(scenario.cycle):
        held = allocation.chances.get(str(objective.pk))
        if held is not None:
            before, after = (
                ObjectiveExpectation(objective, nothing, held[key]) for key in ("planned", "split")
            )
            unknown = "Not known"
            chances.append(
                SuggestedChance(
                    before.label, before.chance_text or unknown, after.chance_text or unknown
                )
            )
    return Suggestion(
        allocation=allocation,
        lines=[
            SuggestedLine(
                line,
                now.get(line.program_plan_id, Decimal(0)),
                estimate_from(line.margin),
                estimate_from(line.next_return),
            )
            for line in lines_of(allocation)
        ],
        planned=estimate_from(allocation.planned),
        split=estimate_from(allocation.split),
        gain=estimate_from(allocation.gain),
        chances=chances,
    )


def suggested_by_plan(scenario: Scenario) -> dict[int, Decimal]:
    """Return what the latest suggestion for a draft gives each program plan, empty without one."""
    if scenario.status != Scenario.Status.DRAFT:
        return {}
    latest = latest_of(scenario)
    return (
        {} if latest is None else {one.program_plan_id: one.suggested for one in lines_of(latest)}
    )
