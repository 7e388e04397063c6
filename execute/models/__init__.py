"""The facts: tasks, materials, money spent, touches, deals with their outcomes, and imports."""

from execute.models.approvals import DiscountApproval, InReturn
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
from execute.models.launches import Launch
from execute.models.ledger import ImportPiece
from execute.models.lines import DealLine
from execute.models.links import LinkClick, LinkDay, NamingRule, TrackedLink
from execute.models.mappings import ImportMapping
from execute.models.materials import Material, MaterialVersion
from execute.models.rates import ExchangeRate
from execute.models.reps import RepName
from execute.models.reviews import BuyerReview, BuyerReviewDriver
from execute.models.rules import SpendRule
from execute.models.tasks import Handoff, TaskDependency, TaskTemplate, TemplateTask
from execute.models.work import Task

__all__ = [
    "BuyerReview",
    "BuyerReviewDriver",
    "CalendarFeed",
    "Deal",
    "DealDriver",
    "DealLine",
    "DealMaterial",
    "DealStage",
    "DealStageChange",
    "DiscountApproval",
    "Driver",
    "ExchangeRate",
    "Expense",
    "Handoff",
    "Import",
    "ImportMapping",
    "ImportPiece",
    "ImportRefusal",
    "InReturn",
    "Launch",
    "LinkClick",
    "LinkDay",
    "Material",
    "MaterialVersion",
    "NamingRule",
    "Outcome",
    "RepName",
    "SpendRule",
    "Task",
    "TaskDependency",
    "TaskTemplate",
    "TemplateTask",
    "Touch",
    "TrackedLink",
]
