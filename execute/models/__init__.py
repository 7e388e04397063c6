"""The facts: tasks, materials, money spent, touches, deals with their outcomes, and imports."""

from execute.models.calendars import CalendarFeed
from execute.models.deals import (
    Deal,
    DealDriver,
    DealMaterial,
    DealStage,
    DealStageChange,
    Driver,
    Outcome,
)
from execute.models.facts import Expense, Touch
from execute.models.imports import Import, ImportRefusal
from execute.models.materials import Material, MaterialVersion
from execute.models.rates import ExchangeRate
from execute.models.reps import RepName
from execute.models.rules import SpendRule
from execute.models.tasks import Handoff, TaskDependency, TaskTemplate, TemplateTask
from execute.models.work import Task

__all__ = [
    "CalendarFeed",
    "Deal",
    "DealDriver",
    "DealMaterial",
    "DealStage",
    "DealStageChange",
    "Driver",
    "ExchangeRate",
    "Expense",
    "Handoff",
    "Import",
    "ImportRefusal",
    "Material",
    "MaterialVersion",
    "Outcome",
    "RepName",
    "SpendRule",
    "Task",
    "TaskDependency",
    "TaskTemplate",
    "TemplateTask",
    "Touch",
]
