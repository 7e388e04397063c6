"""Plan's resources."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ipeo.api.views import ReadViewSet
from plan.actions import allocations, approvals, budget, objectives, programs, scenarios
from plan.api import serializers
from plan.api.refusals import answered
from plan.models import (
    Approval,
    BudgetLine,
    Forecast,
    Objective,
    Program,
    ProgramPlan,
    Scenario,
)
from plan.queries.guard import guard_of
from plan.queries.scenarios import programs as all_programs


class Changes(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, mixins.DestroyModelMixin, ReadViewSet
):
    """Lists, shows, makes, changes and removes; each view names the actions that do it."""

    http_method_names = ("get", "post", "patch", "delete", "head", "options")


def _filled(row: Any, data: dict[str, Any]) -> Any:
    for name, value in data.items():
        setattr(row, name, value)
    return row


class ObjectiveView(Changes):
    """Objectives of cycles."""

    permission = "plan.view"
    change_permission = "plan.edit"
    serializer_class = serializers.ObjectiveSerializer
    queryset = Objective.objects.select_related("cycle__campaign")
    filterset_fields = ("cycle", "metric")

    def perform_create(self, serializer: Any) -> None:
        """Set the objective."""
        with answered():
            row = Objective(**serializer.validated_data)
            serializer.instance = objectives.save_objective(objective=row)

    def perform_update(self, serializer: Any) -> None:
        """Change the objective; it stays with its cycle."""
        with answered():
            data = {**serializer.validated_data}
            data.pop("cycle", None)
            row = _filled(serializer.instance, data)
            serializer.instance = objectives.save_objective(objective=row)

    def perform_destroy(self, instance: Any) -> None:
        """Remove the objective."""
        with answered():
            objectives.remove_objective(objective=instance)


class ScenarioView(Changes):
    """Scenarios, and their way to approval."""

    permission = "plan.view"
    change_permission = "plan.edit"
    permissions_by_action = {"approve": "plan.approve", "send_back": "plan.approve"}
    serializer_class = serializers.ScenarioSerializer
    queryset = Scenario.objects.select_related("cycle__campaign", "proposed_by__user")
    filterset_fields = ("cycle", "status", "cycle__campaign")

    def perform_create(self, serializer: Any) -> None:
        """Begin an empty draft."""
        wish = {**serializer.validated_data}
        limit = wish.pop("budget", None)
        with answered():
            made = scenarios.create_scenario(**wish)
            if limit is not None:
                made = scenarios.rename_scenario(scenario=made, name=made.name, budget=limit)
        serializer.instance = made

    def perform_update(self, serializer: Any) -> None:
        """Rename a draft; it stays with its cycle."""
        held, wish = serializer.instance, serializer.validated_data
        with answered():
            serializer.instance = scenarios.rename_scenario(
                scenario=held,
                name=wish.get("name", held.name),
                budget=wish.get("budget", held.budget),
            )

    def perform_destroy(self, instance: Any) -> None:
        """Remove a draft."""
        with answered():
            scenarios.remove_scenario(scenario=instance)

    def _answer(self, scenario: Scenario, code: int = status.HTTP_200_OK) -> Response:
        return Response(serializers.ScenarioSerializer(scenario).data, status=code)

    @extend_schema(
        request=serializers.CloneSerializer, responses={201: serializers.ScenarioSerializer}
    )
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: int) -> Response:
        """Copy a scenario as a new draft."""
        wish = serializers.CloneSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with answered():
            made = scenarios.clone_scenario(scenario=self.get_object(), **wish.validated_data)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: int) -> Response:
        """Hand a draft to the managers; 409 with what it lacks."""
        with answered():
            held = scenarios.propose_scenario(scenario=self.get_object(), by=self.membership)
        return self._answer(held)

    @extend_schema(request=None, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Make a proposed scenario a draft again."""
        with answered():
            held = scenarios.take_back_scenario(scenario=self.get_object())
        return self._answer(held)

    @extend_schema(request=serializers.NoteSerializer, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: int) -> Response:
        """Send a proposed scenario back with a note."""
        wish = serializers.NoteSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with answered():
            held = scenarios.send_back_scenario(
                scenario=self.get_object(), by=self.membership, **wish.validated_data
            )
        return self._answer(held)

    @extend_schema(
        request=serializers.ApproveSerializer, responses={201: serializers.ApprovalSerializer}
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a proposed scenario and freeze its forecast; 409 with what it lacks."""
        wish = serializers.ApproveSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with answered():
            made = approvals.approve_scenario(
                scenario=self.get_object(), by=self.membership, **wish.validated_data
            )
        data = serializers.ApprovalSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.BudgetSerializer, responses=serializers.BudgetSavedSerializer
    )
    @action(detail=True, methods=["put"], http_method_names=["put"])
    def budget(self, request: Request, pk: int) -> Response:
        """Save cells of the grid, all or none of them."""
        wish = serializers.BudgetSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        amounts = {
            (line["program_plan"], line["month"]): line["amount"]
            for line in wish.validated_data["lines"]
        }
        with answered():
            changed = budget.set_budget(scenario=self.get_object(), amounts=amounts)
        return Response({"changed": changed})

    @extend_schema(
        request=serializers.SuggestSerializer, responses={201: serializers.AllocationSerializer}
    )
    @action(detail=True, methods=["post"])
    def suggest(self, request: Request, pk: int) -> Response:
        """Suggest a split of a total over the draft's programs and months, under their limits."""
        wish = serializers.SuggestSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with answered():
            made = allocations.suggest_split(
                scenario=self.get_object(), by=self.membership, **wish.validated_data
            )
        data = serializers.AllocationSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)


class ProgramView(Changes):
    """Programs, which live on from cycle to cycle."""

    permission = "plan.view"
    change_permission = "plan.edit"
    serializer_class = serializers.ProgramSerializer
    queryset = Program.objects.select_related("channel", "campaign")
    filterset_fields = ("campaign", "channel", "offer")

    def get_queryset(self) -> Any:
        """Return the workspace's programs."""
        return all_programs()

    def perform_create(self, serializer: Any) -> None:
        """Make the program."""
        with answered():
            row = Program(**serializer.validated_data)
            serializer.instance = programs.save_program(program=row)

    def perform_update(self, serializer: Any) -> None:
        """Change the program; it stays with its campaign."""
        data = {**serializer.validated_data}
        data.pop("campaign", None)
        with answered():
            row = _filled(serializer.instance, data)
            serializer.instance = programs.save_program(program=row)

    def perform_destroy(self, instance: Any) -> None:
        """Remove a program that was never planned."""
        with answered():
            programs.remove_program(program=instance)


class ProgramPlanView(Changes):
    """Programs as scenarios intend them."""

    permission = "plan.view"
    change_permission = "plan.edit"
    permissions_by_action = {"approve_price": "plan.approve"}
    serializer_class = serializers.ProgramPlanSerializer
    queryset = ProgramPlan.objects.select_related(
        "scenario__cycle__campaign", "program__channel"
    ).prefetch_related("proof_points")
    filterset_fields = ("scenario", "program", "scenario__cycle")

    def perform_create(self, serializer: Any) -> None:
        """Add the program to the scenario."""
        data = {**serializer.validated_data}
        scenario, points = data.pop("scenario"), data.pop("proof_points", ())
        with answered():
            serializer.instance = programs.plan_program(
                scenario=scenario, plan=ProgramPlan(scenario=scenario, **data), proof_points=points
            )

    def perform_update(self, serializer: Any) -> None:
        """Change what is intended; program and scenario stay."""
        data = {**serializer.validated_data}
        points = data.pop("proof_points", None)
        for fixed in ("scenario", "program"):
            data.pop(fixed, None)
        with answered():
            row = _filled(serializer.instance, data)
            programs.change_program_plan(plan=row, proof_points=points)
        serializer.instance = self.get_queryset().get(pk=row.pk)

    def perform_destroy(self, instance: Any) -> None:
        """Take the program out of the scenario."""
        with answered():
            programs.remove_program_plan(plan=instance)

    @extend_schema(responses=serializers.GuardSerializer)
    @action(detail=True, url_path="value-guard", filterset_fields=(), pagination_class=None)
    def value_guard(self, request: Request, pk: int) -> Response:
        """Show what the program's discount costs in margin."""
        return Response(guard_of(self.get_object()).as_dict())

    @extend_schema(
        request=serializers.NoteSerializer, responses={201: serializers.ApprovalSerializer}
    )
    @action(detail=True, methods=["post"], url_path="approve-price")
    def approve_price(self, request: Request, pk: int) -> Response:
        """Approve a price-led program within its scenario."""
        wish = serializers.NoteSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with answered():
            made = approvals.approve_price(
                plan=self.get_object(), by=self.membership, **wish.validated_data
            )
        data = serializers.ApprovalSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)


class BudgetLineFilter(filters.FilterSet):  # type: ignore[misc]
    """By scenario, cycle, program and month."""

    scenario = filters.NumberFilter(field_name="program_plan__scenario")
    cycle = filters.NumberFilter(field_name="program_plan__scenario__cycle")
    program = filters.NumberFilter(field_name="program_plan__program")

    class Meta:
        model = BudgetLine
        fields = ("program_plan", "month")


class BudgetLineView(ReadViewSet):
    """The planned money, cell by cell; it is written by a scenario's `budget`."""

    permission = "plan.view"
    serializer_class = serializers.BudgetLineSerializer
    queryset = BudgetLine.objects.select_related("program_plan")
    filterset_class = BudgetLineFilter


class ApprovalView(ReadViewSet):
    """What managers approved, with what was shown."""

    permission = "plan.view"
    serializer_class = serializers.ApprovalSerializer
    queryset = Approval.objects.all()
    filterset_fields = ("scenario", "program_plan")


class ForecastView(ReadViewSet):
    """Frozen forecasts."""

    permission = "plan.view"
    serializer_class = serializers.ForecastSerializer
    queryset = Forecast.objects.all()
    filterset_fields = ("scenario", "scenario__cycle", "program", "objective", "metric")
