"""How an action's refusal is answered: as a field's fault, or as a conflict with the state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import ValidationError

from ipeo.api.problems import Conflict
from plan.actions.allocations import LimitsNotValid, SplitImpossible
from plan.actions.approvals import (
    AlreadyApproved,
    AnotherApproved,
    NotPriceLed,
    OfferChanged,
)
from plan.actions.budget import AmountNotValid, NotInThisPlan
from plan.actions.comments import NothingSaid, TooLong
from plan.actions.drafts import CycleOver, ScenarioLocked
from plan.actions.objectives import ObjectiveSetAlready, ObjectivesFrozen
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

FIELDS: dict[type[Exception], str] = {
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
}
CONFLICTS: tuple[type[Exception], ...] = (
    AlreadyApproved,
    AnotherApproved,
    CycleOver,
    NotPriceLed,
    NotProposed,
    NotReady,
    ObjectivesFrozen,
    OfferChanged,
    OfferFrozen,
    ProgramInUse,
    ScenarioLocked,
)


@contextmanager
def answered() -> Iterator[None]:
    """Turn what an action raises into a problem document."""
    try:
        yield
    except CONFLICTS as error:
        raise Conflict(str(error)) from None
    except tuple(FIELDS) as error:
        raise ValidationError({FIELDS[type(error)]: [str(error)]}) from None
