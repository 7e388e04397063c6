"""The facts: tasks, materials, money spent, touches, deals with their outcomes, and imports."""

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
from execute.models.reps import RepName
from execute.models.work import Material, Task

__all__ = [
    "Deal",
    "DealDriver",
    "DealMaterial",
    "DealStage",
    "DealStageChange",
    "Driver",
    "Expense",
    "Import",
    "ImportRefusal",
    "Material",
    "Outcome",
    "RepName",
    "Task",
    "Touch",
]
