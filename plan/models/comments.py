"""What people say about a scenario before it is decided."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models import Membership, TenantModel
from plan.models.scenarios import Scenario


class ScenarioComment(TenantModel):
    """A remark on a scenario, open until somebody marks it as settled."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="comments")
    by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=2000)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "scenario", "at"], name="scenariocomment_in_order"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class CommentMention(TenantModel):
    """A member whom a comment names, until they have read it."""

    comment = models.ForeignKey(ScenarioComment, models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "comment", "member"], name="commentmention_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "member"],
                condition=models.Q(read_at=None),
                name="commentmention_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} in {self.comment}"
