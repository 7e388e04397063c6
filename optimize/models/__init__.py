"""What was measured and fitted, what it suggests, and what people decided."""

from optimize.models.books import Restatement
from optimize.models.decisions import Decision, Period, Recommendation
from optimize.models.digests import DigestMail
from optimize.models.experiments import Experiment, ExperimentUnit
from optimize.models.facts import Credit, DealFact, FunnelFact, LeadFact
from optimize.models.fits import Fit
from optimize.models.marks import ActivityDelta, Figure, MeasurementState, StaleParty
from optimize.models.snapshots import Snapshot
from optimize.models.tallies import CreditTally, Grain, Journey, Kind, TransitionTally
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
    "CreditTally",
    "CreditTotal",
    "DealFact",
    "DealTotal",
    "Decision",
    "DigestMail",
    "Experiment",
    "ExperimentUnit",
    "Figure",
    "Fit",
    "FunnelFact",
    "FunnelTotal",
    "Grain",
    "Journey",
    "Kind",
    "LeadFact",
    "MeasurementState",
    "Period",
    "Recommendation",
    "Restatement",
    "Snapshot",
    "StaleParty",
    "TransitionTally",
]
