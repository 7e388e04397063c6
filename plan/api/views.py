"""Plan's resources."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from insight.models import ProofPoint
from ipeo.api.views import ReadViewSet, VersionedViewSet
from plan.actions import allocations, approvals, budget, objectives, programs, scenarios
from plan.api import figures, serializers
from plan.api.refusals import REFUSED_AS
from plan.models import (
    Approval,
    BudgetLine,
    Forecast,
    Objective,
    Program,
    ProgramPlan,
    Scenario,
)
from plan.queries.allocations import curve_of
from plan.queries.baselines import baselines_of
from plan.queries.forecasts import expected_of
from plan.queries.guard import guard_of
from plan.queries.sheet import sheet_of, with_amounts


class PlanViewSet(mixins.DestroyModelMixin, VersionedViewSet):
    """Rows of a plan, which whoever plans writes one by one and removes."""

    permission = "plan.view"
    change_permission = "plan.edit"
    refused_as = REFUSED_AS


class ObjectiveView(PlanViewSet):
    """Objectives of cycles."""

    serializer_class = serializers.ObjectiveSerializer
    queryset = Objective.objects.select_related("cycle__campaign")
    filterset_fields = ("cycle", "metric")
    fixed = ("cycle",)

    def keep(self, row: Objective, version: int | None = None) -> Objective:
        """Save an objective."""
        return objectives.save_objective(objective=row, version=version)

    def perform_destroy(self, instance: Any) -> None:
        """Remove the objective."""
        objectives.remove_objective(objective=instance)

    @extend_schema(
        parameters=[OpenApiParameter("cycle", int, required=True)],
        responses=figures.BaselineSerializer(many=True),
    )
    @action(detail=False, pagination_class=None, filterset_fields=())
    def baselines(self, request: Request) -> Response:
        """Tell what each metric stood at before a cycle, as measured."""
        found = baselines_of(self.asked(figures.CycleWishSerializer)["cycle"])
        return Response([figures.baseline_told(one) for one in found.values()])

    @extend_schema(
        request=figures.CarrySerializer,
        responses={201: serializers.ObjectiveSerializer(many=True)},
    )
    @action(detail=False, methods=["post"], url_path="carry-over")
    def carry_over(self, request: Request) -> Response:
        """Take over the last cycle's objectives; baselines are as measured, targets are left open.

        409 where the cycle has them already, or a scenario was approved.
        """
        carried = objectives.carry_objectives(**self.sent(figures.CarrySerializer))
        data = serializers.ObjectiveSerializer(carried, many=True).data
        return Response(data, status=status.HTTP_201_CREATED)


class ScenarioView(PlanViewSet):
    """Scenarios, from draft to approval."""

    permissions_by_action = {"approve": "plan.approve", "send_back": "plan.approve"}
    serializer_class = serializers.ScenarioSerializer
    queryset = Scenario.objects.select_related("cycle__campaign", "proposed_by__user")
    filterset_fields = ("cycle", "status", "cycle__campaign")
    fixed = ("cycle",)

    def keep(self, row: Scenario, version: int | None = None) -> Scenario:
        """Begin an empty draft, or give a draft another name and limit."""
        if row.pk is None:
            return scenarios.create_scenario(cycle=row.cycle, name=row.name, budget=row.budget)
        return scenarios.rename_scenario(
            scenario=row, name=row.name, budget=row.budget, version=version
        )

    def perform_destroy(self, instance: Any) -> None:
        """Remove a draft."""
        scenarios.remove_scenario(scenario=instance)

    def _answer(self, scenario: Scenario, code: int = status.HTTP_200_OK) -> Response:
        return Response(serializers.ScenarioSerializer(scenario).data, status=code)

    @extend_schema(
        request=serializers.CloneSerializer, responses={201: serializers.ScenarioSerializer}
    )
    @action(detail=True, methods=["post"])
    def clone(self, request: Request, pk: int) -> Response:
        """Copy a scenario as a new draft."""
        wish = self.sent(serializers.CloneSerializer)
        made = scenarios.clone_scenario(scenario=self.get_object(), **wish)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: int) -> Response:
        """Request approval of a draft; 409 with what is missing."""
        held = scenarios.propose_scenario(scenario=self.get_object(), by=self.membership)
        return self._answer(held)

    @extend_schema(request=None, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Withdraw a proposed scenario: it is a draft again."""
        held = scenarios.take_back_scenario(scenario=self.get_object())
        return self._answer(held)

    @extend_schema(request=serializers.NoteSerializer, responses=serializers.ScenarioSerializer)
    @action(detail=True, methods=["post"], url_path="send-back")
    def send_back(self, request: Request, pk: int) -> Response:
        """Send a proposed scenario back with a note."""
        wish = self.sent(serializers.NoteSerializer)
        held = scenarios.send_back_scenario(scenario=self.get_object(), by=self.membership, **wish)
        return self._answer(held)

    @extend_schema(
        request=serializers.ApproveSerializer, responses={201: serializers.ApprovalSerializer}
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a proposed scenario and freeze its forecast; 409 with what is missing."""
        wish = self.sent(serializers.ApproveSerializer)
        made = approvals.approve_scenario(scenario=self.get_object(), by=self.membership, **wish)
        data = serializers.ApprovalSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.BudgetSerializer, responses=serializers.BudgetSavedSerializer
    )
    @action(detail=True, methods=["put"], http_method_names=["put"])
    def budget(self, request: Request, pk: int) -> Response:
        """Save cells of the grid, all or none of them."""
        wish = self.sent(serializers.BudgetSerializer)
        amounts = {(line["program_plan"], line["month"]): line["amount"] for line in wish["lines"]}
        changed = budget.set_budget(scenario=self.get_object(), amounts=amounts)
        return Response({"changed": changed})

    @extend_schema(
        request=serializers.SuggestSerializer, responses={201: serializers.AllocationSerializer}
    )
    @action(detail=True, methods=["post"])
    def suggest(self, request: Request, pk: int) -> Response:
        """Suggest a split of a total over the draft's programs and months, under their limits."""
        wish = self.sent(serializers.SuggestSerializer)
        made = allocations.suggest_split(scenario=self.get_object(), by=self.membership, **wish)
        data = serializers.AllocationSerializer(made).data
        return Response(data, status=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.BudgetSerializer, responses=figures.PlanPreviewSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: int) -> Response:
        """Forecast the grid with these cells; nothing is saved."""
        scenario = self.get_object()
        wish = self.sent(serializers.BudgetSerializer)
        amounts = {(line["program_plan"], line["month"]): line["amount"] for line in wish["lines"]}
        sheet = sheet_of(scenario)
        known = {(cell.plan_id, cell.month) for row in sheet.rows for cell in row.cells}
        if strange := sorted(set(amounts) - known):
            raise budget.NotInThisPlan(strange)
        found = expected_of(scenario, with_amounts(sheet, amounts))
        return Response(figures.preview_told(found))

    @extend_schema(methods=["get"], request=None, responses=figures.LimitsSerializer)
    @extend_schema(
        methods=["put"], request=figures.LimitsSerializer, responses=figures.LimitsSerializer
    )
    @action(detail=True, methods=["get", "put"], http_method_names=["get", "put"])
    def limits(self, request: Request, pk: int) -> Response:
        """Return or set the floors, ceilings and locks of suggestions."""
        scenario = self.get_object()
        if request.method == "PUT":
            wish = self.sent(figures.LimitsSerializer)
            allocations.set_limits(scenario=scenario, limits=figures.limits_sent(wish))
        return Response(figures.limits_told(scenario))


class ProgramView(PlanViewSet):
    """Programs, which live on from cycle to cycle."""

    serializer_class = serializers.ProgramSerializer
    queryset = Program.objects.select_related("channel", "campaign")
    filterset_fields = ("campaign", "channel", "offer")
    fixed = ("campaign",)

    def keep(self, row: Program, version: int | None = None) -> Program:
        """Save a program."""
        return programs.save_program(program=row, version=version)

    def perform_destroy(self, instance: Any) -> None:
        """Remove a program that was never planned."""
        programs.remove_program(program=instance)


class ProgramPlanView(PlanViewSet):
    """Programs as planned in scenarios."""

    permissions_by_action = {"approve_price": "plan.approve"}
    serializer_class = serializers.ProgramPlanSerializer
    queryset = ProgramPlan.objects.select_related(
        "scenario__cycle__campaign", "program__channel"
    ).prefetch_related("proof_points")
    filterset_fields = ("scenario", "program", "scenario__cycle")
    beside = ("proof_points", "version")
    fixed = ("scenario", "program")

    def keep(
        self,
        row: ProgramPlan,
        proof_points: list[ProofPoint] | None = None,
        version: int | None = None,
    ) -> ProgramPlan:
        """Add a program to its scenario, or change what is intended of it."""
        if row.pk is None:
            return programs.plan_program(
                scenario=row.scenario, plan=row, proof_points=proof_points or ()
            )
        return programs.change_program_plan(plan=row, proof_points=proof_points, version=version)

    def perform_destroy(self, instance: Any) -> None:
        """Take the program out of the scenario."""
        programs.remove_program_plan(plan=instance)

    @extend_schema(responses=figures.ProgramCurveSerializer)
    @action(detail=True, filterset_fields=(), pagination_class=None)
    def curve(self, request: Request, pk: int) -> Response:
        """Return what the program is expected to bring over the cycle at different budgets."""
        sheet = sheet_of(self.get_object().scenario)
        row = next(one for one in sheet.rows if one.plan.pk == int(pk))
        return Response(figures.curve_told(curve_of(row, sheet)))

    @extend_schema(responses=serializers.GuardSerializer)
    @action(detail=True, url_path="value-guard", filterset_fields=(), pagination_class=None)
    def value_guard(self, request: Request, pk: int) -> Response:
        """Return what the program's discount costs in margin."""
        return Response(guard_of(self.get_object()).as_dict())

    @extend_schema(
        request=serializers.ApprovePriceSerializer, responses={201: serializers.ApprovalSerializer}
    )
    @action(detail=True, methods=["post"], url_path="approve-price")
    def approve_price(self, request: Request, pk: int) -> Response:
        """Approve a price-led program within its scenario."""
        wish = self.sent(serializers.ApprovePriceSerializer)
        made = approvals.approve_price(plan=self.get_object(), by=self.membership, **wish)
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
    """The planned budget, cell by cell; it is changed by a scenario's `budget`."""

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
