"""The value that programs win on, and the reasons to believe it."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel


class BrandStory(TenantModel):
    """For whom, which problem, what promise: the value that programs win on. One is current."""

    title = models.CharField(max_length=120)
    for_whom = models.TextField()
    problem = models.TextField()
    promise = models.TextField()
    tone = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    created_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "version"], name="brandstory_version_once"
            ),
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(is_current=True),
                name="brandstory_one_current",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProofPoint(TenantModel):
    """A reason to believe the promise."""

    story = models.ForeignKey(BrandStory, models.CASCADE, related_name="proof_points")
    statement = models.CharField(max_length=300)
    evidence = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "story", "position"], name="proofpoint_by_story"),
        ]

    def __str__(self) -> str:
        return self.statement
