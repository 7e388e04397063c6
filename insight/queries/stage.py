"""Insight as a stage of a cycle: its gate, its line, and what it hands on."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, Model, Q, Value

from insight.models import Audience, Channel, Competitor, Disposition, Finding, Product, Study
from insight.queries.audiences import audiences, size_of
from insight.queries.findings import dispositions_of
from insight.queries.rules import RuleNotValid, read_rule
from insight.queries.stories import current_story, proof_points
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.stages import Blocker, Summary


def gate(cycle: Cycle) -> list[Blocker]:
    """Return what Plan would still miss: an audience, a story with a proof, decisions."""
    blockers = []
    if not Audience.objects.exists():
        blockers.append(Blocker("Define an audience", link("insight:new_audience"), "Define one"))
    story = current_story()
    if story is None:
        blockers.append(Blocker("Write the brand story", link("insight:edit_story"), "Write it"))
    elif not story.proof_points.all():
        blockers.append(
            Blocker("Add a proof point to the brand story", link("insight:story"), "Add one")
        )
    waiting = _counts(cycle)["waiting_carried"]
    if waiting:
        blockers.append(
            Blocker(
                f"Decide on {_findings(waiting)} carried over",
                link("insight:cycle", cycle.pk),
                "Decide",
            )
        )
    return blockers


def summary(cycle: Cycle) -> Summary:
    """Return the stage in one line, and the share of its gate's conditions that hold."""
    counts = _counts(cycle)
    line = _findings(counts["held"]) if counts["held"] else "No findings yet"
    if counts["carried_in"]:
        line += f", {counts['carried_in']} carried from cycle {cycle.number - 1}"
    story = current_story()
    decided = 1 - counts["waiting_carried"] / counts["carried_in"] if counts["carried_in"] else 1.0
    held = [
        1.0 if Audience.objects.exists() else 0.0,
        1.0 if story is not None and story.proof_points.all() else 0.0,
        decided,
    ]
    return Summary(line=line, fraction=sum(held) / len(held))


def handoff(cycle: Cycle) -> dict[str, Any]:
    """Return what Plan starts from, as it is now: findings, story, audiences with sizes."""
    story = current_story()
    return {
        "findings": [
            {
                "id": held.finding_id,
                "statement": held.finding.statement,
                "source": held.finding.source,
                "confidence": held.finding.confidence,
                "expires_on": held.finding.expires_on and held.finding.expires_on.isoformat(),
                "carried": held.carried,
                "decision": held.decision,
                "reason": held.reason,
            }
            for held in dispositions_of(cycle)
        ],
        "brand_story": story
        and {
            "id": story.pk,
            "version": story.version,
            "title": story.title,
            "promise": story.promise,
            "proof_points": [point.statement for point in proof_points(story)],
        },
        "audiences": [_audience(audience) for audience in audiences()],
    }


def counts() -> dict[str, int]:
    """Return how much of each kind is known, for the kinds that a person keeps by hand."""
    kinds: dict[str, list[type[Model]]] = {
        "findings": [Finding],
        "audiences": [Audience],
        "competitors": [Competitor],
        "studies": [Study],
        "offered": [Product, Channel],
    }
    each = [
        model._default_manager.order_by()
        .values(what=Value(kind, output_field=CharField()))
        .annotate(n=Count("pk"))
        for kind, models in kinds.items()
        for model in models
    ]
    found = dict.fromkeys(kinds, 0)
    for row in each[0].union(*each[1:], all=True):
        found[row["what"]] += row["n"]
    return found


def _audience(audience: Audience) -> dict[str, Any]:
    size = audience.size
    if size is None:
        try:
            size = size_of(read_rule(audience.rule)).contacts
        except RuleNotValid:
            size = None
    return {
        "id": audience.pk,
        "name": audience.name,
        "rule": audience.rule,
        "size": size,
        "counted_at": audience.counted_at and audience.counted_at.isoformat(),
    }


def _counts(cycle: Cycle) -> dict[str, int]:
    waiting = Q(decision=Disposition.Decision.WAITING)
    found: dict[str, int] = Disposition.objects.filter(cycle=cycle).aggregate(
        held=Count("pk"),
        carried_in=Count("pk", filter=Q(carried=True)),
        waiting_carried=Count("pk", filter=waiting & Q(carried=True)),
    )
    return found


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
