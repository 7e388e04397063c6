"""What was measured: credit, facts about deals and leads, the funnel, and their totals."""

from optimize.models.facts import Credit, DealFact, FunnelFact, LeadFact
from optimize.models.marks import ActivityDelta, Figure, MeasurementState, StaleParty
from optimize.models.totals import (
    ActivityTotal,
    AttributionModel,
    CreditTotal,
    DealTotal,
    FunnelTotal,
)

__all__ = [
    "ActivityDelta",
    "ActivityTotal",
    "AttributionModel",
    "Credit",
    "CreditTotal",
    "DealFact",
    "DealTotal",
    "Figure",
    "FunnelFact",
    "FunnelTotal",
    "LeadFact",
    "MeasurementState",
    "StaleParty",
]
