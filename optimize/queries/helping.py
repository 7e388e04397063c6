"""Which material and which proof point helped to win, and how far that can be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from execute.models import Deal, DealMaterial, Material, Outcome
from insight.models import ProofPoint
from ipeo.numerics.estimates import Estimate, rate
from optimize.models import Fit
from optimize.queries.behind import deals_href
from optimize.queries.told import MATERIAL, PROOF, Told

NOT_FITTED = "available after the next measurement"


@dataclass(frozen=True)
class HelpLine:
    """One material or proof point.

    `named` is the share of won deals whose rep named it, of those whose rep named any. `used` is
    the win rate of deals that had it less that of similar deals without; `since` that of deals
    under its program since sales has it, less what similar deals do.
    """

    name: str
    kind: str
    named: Estimate
    used: Estimate
    since: Estimate
    href: str


@dataclass(frozen=True)
class Helping:
    """What helped, over won deals of some days."""

    materials: tuple[HelpLine, ...]
    proofs: tuple[HelpLine, ...]
    told: int
    lost_told: int


def helping(told: Told) -> Helping:
    """Return materials and proof points by how often reps said they helped; three queries."""
    by_material = told.by(MATERIAL, Outcome.WON)
    by_proof = told.by(PROOF, Outcome.WON)
    fitted = _fitted()
    materials = sorted(Material.objects.all(), key=lambda row: (-by_material[row.pk], row.name))
    proofs = sorted(
        ProofPoint.objects.filter(pk__in=list(by_proof)),
        key=lambda row: (-by_proof[row.pk], row.position),
    )
    return Helping(
        tuple(
            _line("material", row.pk, row.name, by_material[row.pk], told, fitted)
            for row in materials
        ),
        tuple(
            _line("proof", row.pk, row.statement, by_proof[row.pk], told, fitted) for row in proofs
        ),
        told.deals[MATERIAL, Outcome.WON],
        told.deals[MATERIAL, Outcome.LOST],
    )


def _line(kind: str, pk: int, name: str, n: int, told: Told, fitted: dict[str, Any]) -> HelpLine:
    held = fitted.get(f"{kind}-{pk}", {})
    unknown = Estimate.unknown(NOT_FITTED)
    return HelpLine(
        name=name,
        kind=kind,
        named=rate(n, told.deals[MATERIAL, Outcome.WON], reason="no rep has recorded what helped"),
        used=Estimate(**held["used"]) if "used" in held else unknown,
        since=Estimate(**held["since"]) if "since" in held else unknown,
        href=deals_href(told.days, f"{kind}.{pk}", outcome="won"),
    )


def _fitted() -> dict[str, Any]:
    row = Fit.objects.filter(kind=Fit.Kind.HELP).first()
    return dict(row.result) if row else {}


@dataclass(frozen=True, slots=True)
class Used:
    """In which deals a material, or any material with a proof point, was said to have helped."""

    key: str
    deals: frozenset[int]
    program: int | None
    since: Any


def uses() -> tuple[list[Used], set[int]]:
    """Return every material's and proof point's deals, and the lost deals of which reps told.

    `since` is the day from which sales had the material, None where it never was approved.
    """
    by_material: dict[int, set[int]] = {}
    for material, deal in DealMaterial.objects.values_list("material_id", "deal_id"):
        by_material.setdefault(material, set()).add(deal)
    found = []
    by_proof: dict[int, set[int]] = {}
    rows = Material.objects.prefetch_related("versions").order_by("pk")
    for row in rows:
        deals = by_material.get(row.pk, set())
        days = [
            one.decided_at.date()
            for one in row.versions.all()
            if one.state == one.State.APPROVED and one.decided_at is not None
        ]
        found.append(
            Used(f"material-{row.pk}", frozenset(deals), row.program_id, min(days, default=None))
        )
        if row.proof_point_id:
            by_proof.setdefault(row.proof_point_id, set()).update(deals)
    found += [Used(f"proof-{pk}", frozenset(deals), None, None) for pk, deals in by_proof.items()]
    lost = Deal.objects.filter(outcome=Outcome.LOST, deal_materials__isnull=False)
    return found, set(lost.values_list("pk", flat=True))
