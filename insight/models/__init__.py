"""What is known: products, accounts, people, channels, rivals, the brand's story and findings."""

from insight.models.accounts import Account, Audience, Contact
from insight.models.battlecards import Battlecard
from insight.models.catalog import Channel, Product
from insight.models.curves import ResponseCurve
from insight.models.evidence import FindingEvidence, FindingRenewal
from insight.models.findings import Disposition, Finding
from insight.models.research import MindsetWave, Study, StudyAnswer, StudyForm
from insight.models.rivals import Competitor, CompetitorMove
from insight.models.stories import BrandStory, ProofPoint

__all__ = [
    "Account",
    "Audience",
    "Battlecard",
    "BrandStory",
    "Channel",
    "Competitor",
    "CompetitorMove",
    "Contact",
    "Disposition",
    "Finding",
    "FindingEvidence",
    "FindingRenewal",
    "MindsetWave",
    "Product",
    "ProofPoint",
    "ResponseCurve",
    "Study",
    "StudyAnswer",
    "StudyForm",
]
