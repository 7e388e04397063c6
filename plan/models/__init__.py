"""What is intended: objectives, scenarios, programs, the budget, approvals and the forecast."""

from plan.models.allocations import Allocation, AllocationLine
from plan.models.approvals import Approval, Forecast
from plan.models.comments import CommentMention, ScenarioComment
from plan.models.objectives import Objective
from plan.models.programs import Program
from plan.models.scenarios import BudgetLine, PlanProof, ProgramPlan, Scenario
from plan.models.templates import ProgramTemplate

__all__ = [
    "Allocation",
    "AllocationLine",
    "Approval",
    "BudgetLine",
    "CommentMention",
    "Forecast",
    "Objective",
    "PlanProof",
    "Program",
    "ProgramPlan",
    "ProgramTemplate",
    "Scenario",
    "ScenarioComment",
]
