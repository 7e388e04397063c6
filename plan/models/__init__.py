"""What is intended: objectives, scenarios, programs, the budget, approvals and the forecast."""

from plan.models.approvals import Approval, Forecast
from plan.models.objectives import Objective
from plan.models.programs import Program
from plan.models.scenarios import BudgetLine, PlanProof, ProgramPlan, Scenario

__all__ = [
    "Approval",
    "BudgetLine",
    "Forecast",
    "Objective",
    "PlanProof",
    "Program",
    "ProgramPlan",
    "Scenario",
]
