"""How an action's refusal is answered: as a field's fault, or as a conflict with the state."""

from __future__ import annotations

from rest_framework.exceptions import PermissionDenied

from ipeo.actions.approving import OwnWork
from ipeo.api.problems import Answer, Conflict
from plan.actions.allocations import LimitsNotValid, SplitImpossible
from plan.actions.approvals import (
    AlreadyApproved,
    AnotherApproved,
    NotPriceLed,
    OfferChanged,
    ProposedAnew,
)
from plan.actions.budget import AmountNotValid, NotInThisPlan
from plan.actions.comments import NothingSaid, TooLong
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.actions.objectives import NothingToCarry, ObjectiveSetAlready, ObjectivesFrozen
from plan.actions.programs import (
    DiscountMissing,
    FlightOutsideCycle,
    OfferFrozen,
    OtherCampaign,
    PlannedAlready,
    ProgramInUse,
    ProgramNameTaken,
)
from plan.actions.scenarios import NoteMissing, NotProposed, NotReady, ScenarioNameTaken
from plan.actions.templates import TemplateNameTaken

REFUSED_AS: dict[type[Exception], Answer] = {
    ScenarioNameTaken: "name",
    ProgramNameTaken: "name",
    ObjectiveSetAlready: "metric",
    DiscountMissing: "discount",
    FlightOutsideCycle: "ends_on",
    OtherCampaign: "program",
    PlannedAlready: "program",
    NoteMissing: "note",
    NotInThisPlan: "lines",
    AmountNotValid: "lines",
    LimitsNotValid: "floor",
    NothingSaid: "text",
    SplitImpossible: "total",
    TemplateNameTaken: "name",
    TooLong: "text",
    AlreadyApproved: Conflict,
    AnotherApproved: Conflict,
    CycleOver: Conflict,
    NothingToCarry: Conflict,
    NotPriceLed: Conflict,
    NotProposed: Conflict,
    NotReady: Conflict,
    ObjectivesFrozen: Conflict,
    OfferChanged: Conflict,
    OfferFrozen: Conflict,
    ProgramInUse: Conflict,
    ProposedAnew: Conflict,
    ScenarioLocked: Conflict,
    OwnWork: PermissionDenied,
}
