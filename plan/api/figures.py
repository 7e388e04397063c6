"""What is reckoned of a plan and kept nowhere: previews, curves, limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from ipeo.models import Cycle
from plan.actions.allocations import Limits
from plan.models import Objective, Scenario
from plan.queries.allocations import ProgramCurve, locked_cells
from plan.queries.baselines import Baseline
from plan.queries.expectations import ScenarioForecast
from plan.queries.readiness import plans_of


class PlanFigureSerializer(serializers.Serializer[Any]):
    """An estimate with its 80 % interval; `reason` says why it is not known."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()
    reason = serializers.CharField(required=False)


class CycleWishSerializer(serializers.Serializer[Any]):
    """The cycle that is asked about."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.all())


class BaselineSerializer(serializers.Serializer[Any]):
    """What a metric stood at before a cycle, as measured; shares are between 0 and 1."""

    metric = serializers.ChoiceField(choices=Objective.Metric.choices)
    baseline = serializers.DecimalField(
        max_digits=16, decimal_places=4, allow_null=True, help_text="As an objective takes it."
    )
    measured = PlanFigureSerializer()
    covers = serializers.CharField(allow_blank=True, help_text="The cycle and days it covers.")


def baseline_told(found: Baseline) -> dict[str, Any]:
    """Return a baseline as `BaselineSerializer` describes it."""
    return {
        "metric": found.metric,
        "baseline": None if found.value is None else str(found.value),
        "measured": found.estimate.as_dict(),
        "covers": found.covers,
    }


class CarrySerializer(serializers.Serializer[Any]):
    """A cycle that takes over the last one's objectives: those of some metrics, or all it lacks."""

    cycle = serializers.PrimaryKeyRelatedField(queryset=Cycle.objects.all())
    metrics = serializers.ListField(
        child=serializers.ChoiceField(choices=Objective.Metric.choices), required=False
    )


class ExpectedProgramSerializer(serializers.Serializer[Any]):
    """The expected result of one program of the grid."""

    program_plan = serializers.IntegerField()
    planned = serializers.DecimalField(max_digits=16, decimal_places=2)
    margin = PlanFigureSerializer()


class ExpectedObjectiveSerializer(serializers.Serializer[Any]):
    """What is expected of one objective, and the chance to reach it."""

    objective = serializers.IntegerField()
    expected = PlanFigureSerializer()
    chance = serializers.FloatField(allow_null=True)


class PlanPreviewSerializer(serializers.Serializer[Any]):
    """A forecast of the grid as it was sent; nothing of it is kept."""

    planned = serializers.DecimalField(max_digits=16, decimal_places=2)
    margin = PlanFigureSerializer()
    programs = ExpectedProgramSerializer(many=True)
    objectives = ExpectedObjectiveSerializer(many=True)
    says = serializers.CharField(help_text="What it rests on.")


def preview_told(found: ScenarioForecast) -> dict[str, Any]:
    """Return a forecast as `PlanPreviewSerializer` describes it."""
    return {
        "planned": str(sum((one.planned for one in found.programs), Decimal(0))),
        "margin": found.margin.as_dict(),
        "programs": [
            {
                "program_plan": one.plan.pk,
                "planned": str(one.planned),
                "margin": one.margin.as_dict(),
            }
            for one in found.programs
        ],
        "objectives": [
            {
                "objective": one.objective.pk,
                "expected": one.expected.as_dict(),
                "chance": one.chance,
            }
            for one in found.objectives
        ],
        "says": found.says,
    }


class ProgramCurvePointSerializer(serializers.Serializer[Any]):
    """Money over the whole cycle, and the expected margin it brings with its 80 % band."""

    amount = serializers.FloatField()
    expected = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class ProgramCurveSerializer(serializers.Serializer[Any]):
    """A program's response curve over the cycle."""

    planned = serializers.DecimalField(max_digits=16, decimal_places=2)
    suggested = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    next_return = PlanFigureSerializer()
    takes_off = serializers.FloatField(
        allow_null=True,
        help_text="Where the curve is S-shaped: the money a month that returns most a unit.",
    )
    says = serializers.CharField(help_text="What it rests on.")
    points = ProgramCurvePointSerializer(many=True)


def curve_told(found: ProgramCurve) -> dict[str, Any]:
    """Return a curve as `ProgramCurveSerializer` describes it."""
    rows = zip(found.amounts, found.middle, found.low, found.high, strict=True)
    return {
        "planned": str(found.planned),
        "suggested": None if found.suggested is None else str(found.suggested),
        "next_return": found.next_return.as_dict(),
        "takes_off": found.takes_off,
        "says": found.says,
        "points": [
            {"amount": amount, "expected": middle, "low": low, "high": high}
            for amount, middle, low, high in rows
        ],
    }


class LimitSerializer(serializers.Serializer[Any]):
    """What a suggestion keeps to for one program; `locked_months` are given by their first day."""

    program_plan = serializers.IntegerField()
    floor = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, allow_null=True, default=None
    )
    ceiling = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=0, allow_null=True, default=None
    )
    is_locked = serializers.BooleanField(default=False)
    locked_months = serializers.ListField(child=serializers.DateField(), default=list)


class LimitsSerializer(serializers.Serializer[Any]):
    """The limits of a scenario's programs; a program that is left out keeps its own."""

    programs = LimitSerializer(many=True)


def limits_told(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario's limits as `LimitsSerializer` describes them."""
    locked = locked_cells(scenario)
    return {
        "programs": [
            {
                "program_plan": plan.pk,
                "floor": None if plan.floor is None else str(plan.floor),
                "ceiling": None if plan.ceiling is None else str(plan.ceiling),
                "is_locked": plan.is_locked,
                "locked_months": [month for pk, month in sorted(locked) if pk == plan.pk],
            }
            for plan in plans_of(scenario)
        ]
    }


def limits_sent(wish: dict[str, Any]) -> dict[int, Limits]:
    """Return limits as they were sent, by program plan."""
    return {
        one["program_plan"]: Limits(
            one["floor"], one["ceiling"], one["is_locked"], frozenset(one["locked_months"])
        )
        for one in wish["programs"]
    }
