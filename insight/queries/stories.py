"""The brand's story: the one that holds, and the versions before it."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from insight.models import BrandStory, ProofPoint


def current_story() -> BrandStory | None:
    """Return the story that holds, its proof points read along; None before there is one."""
    found: BrandStory | None = (
        BrandStory.objects.filter(is_current=True)
        .select_related("created_by__user")
        .prefetch_related("proof_points")
        .first()
    )
    return found


def story_versions() -> QuerySet[BrandStory]:
    """Return every version with `proofs`, how many points it had; the latest first."""
    found: QuerySet[BrandStory] = (
        BrandStory.objects.select_related("created_by__user")
        .annotate(proofs=Count("proof_points"))
        .order_by("-version")
    )
    return found


def proof_points(story: BrandStory) -> list[ProofPoint]:
    """Return a story's proof points in their order."""
    return sorted(story.proof_points.all(), key=lambda point: (point.position, point.pk))
