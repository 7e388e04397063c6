"""The brand's story is told, told anew, and proved."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from insight.models import BrandStory, ProofPoint
from ipeo.database.turns import take_turn
from ipeo.models import Membership


class StoryMovedOn(Exception):
    """Somebody else has saved a newer version meanwhile; `current` is it."""

    def __init__(self, current: BrandStory) -> None:
        super().__init__(
            f"{current.created_by or 'Someone'} has saved version {current.version} in the "
            "meantime."
        )
        self.current = current


class OldVersion(Exception):
    """Only the current version's proof points change; the older ones stay as they were."""


@dataclass(frozen=True)
class Story:
    """What a person writes of a story."""

    title: str
    for_whom: str
    problem: str
    promise: str
    tone: str = ""


@transaction.atomic
def save_story(
    *, story: Story, by: Membership | None, seen_version: int | None = None
) -> BrandStory:
    """Save the story as a new version, with copies of the proof points that held so far.

    An unchanged story returns the version there is. With `seen_version`, raises `StoryMovedOn`
    where that is no longer the current one.
    """
    take_turn("brand story")
    current = (
        BrandStory.objects.select_for_update(of=("self",))
        .select_related("created_by__user")
        .filter(is_current=True)
        .first()
    )
    if current is not None:
        if seen_version is not None and seen_version != current.version:
            raise StoryMovedOn(current)
        if all(getattr(current, name) == value for name, value in vars(story).items()):
            return current
        BrandStory.objects.filter(pk=current.pk).update(is_current=False)
    latest = BrandStory.objects.aggregate(latest=Max("version"))["latest"] or 0
    made = BrandStory.objects.create(
        version=latest + 1, is_current=True, created_by=by, **vars(story)
    )
    if current is not None:
        ProofPoint.objects.bulk_create(
            ProofPoint(
                story=made,
                statement=point.statement,
                evidence=point.evidence,
                position=place,
            )
            for place, point in enumerate(_ordered(current))
        )
    return made


@transaction.atomic
def add_proof_point(*, story: BrandStory, statement: str, evidence: str = "") -> ProofPoint:
    """Save a proof point after the others; raises `OldVersion`."""
    _demand_current(story)
    last = ProofPoint.objects.filter(story=story).aggregate(last=Max("position"))["last"]
    return ProofPoint.objects.create(
        story=story,
        statement=statement,
        evidence=evidence,
        position=0 if last is None else last + 1,
    )


@transaction.atomic
def edit_proof_point(*, point: ProofPoint, statement: str, evidence: str) -> ProofPoint:
    """Save a proof point's words; raises `OldVersion`."""
    _demand_current(point.story)
    point.statement, point.evidence = statement, evidence
    point.save(update_fields=["statement", "evidence"])
    return point


@transaction.atomic
def move_proof_point(*, point: ProofPoint, steps: int) -> list[ProofPoint]:
    """Move a proof point up (negative) or down among the others; return them in order."""
    _demand_current(point.story)
    points = _ordered(point.story)
    place = next(place for place, other in enumerate(points) if other.pk == point.pk)
    moved = points.pop(place)
    points.insert(max(0, min(len(points), place + steps)), moved)
    for place, other in enumerate(points):
        other.position = place
    ProofPoint.objects.bulk_update(points, ["position"])
    return points


@transaction.atomic
def remove_proof_point(*, point: ProofPoint) -> None:
    """Remove a proof point of the current story; raises `OldVersion`."""
    _demand_current(point.story)
    point.delete()


def _demand_current(story: BrandStory) -> None:
    if not BrandStory.objects.select_for_update().filter(pk=story.pk, is_current=True).exists():
        raise OldVersion(f"Version {story.version} is no longer the current one.")


def _ordered(story: BrandStory) -> list[ProofPoint]:
    return list(ProofPoint.objects.filter(story=story).order_by("position", "pk"))
