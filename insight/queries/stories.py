"""The brand's story: the one that holds, and the versions before it."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from insight import registry
from insight.models import BrandStory, ProofPoint
from insight.registry import Use


def current_story() -> BrandStory | None:
    """Return the story that holds, its proof points read along; None before there is one."""
    return (
        BrandStory.objects.filter(is_current=True)
        .select_related("created_by__user")
        .prefetch_related("proof_points")
        .first()
    )


def story_versions() -> QuerySet[BrandStory]:
    """Return every version with `proofs`, how many points it had; the latest first."""
    return (
        BrandStory.objects.select_related("created_by__user")
        .annotate(proofs=Count("proof_points"))
        .order_by("-version")
    )


def proof_points(story: BrandStory) -> list[ProofPoint]:
    """Return a story's proof points in their order."""
    return sorted(story.proof_points.all(), key=lambda point: (point.position, point.pk))


def uses(points: list[ProofPoint]) -> dict[int, list[Use]]:
    """Return what names each proof point: messages of programs, and materials.

    A story told anew copies its points, so whatever named an earlier copy in the same words
    names the point still.
    """
    words = {point.statement: point.pk for point in points}
    copies = ProofPoint.objects.filter(statement__in=words).values_list("pk", "statement")
    current = {pk: words[statement] for pk, statement in copies}
    found: dict[int, list[Use]] = {point.pk: [] for point in points}
    for pk, named in registry.uses_of(list(current)).items():
        held = found[current[pk]]
        held += [use for use in named if use not in held]
    return found
