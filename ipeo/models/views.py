"""Lists as somebody likes to see them: a filter with a name."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from ipeo.models.identity import Membership
from ipeo.models.tenant import TenantModel


class SavedView(TenantModel):
    """A list's filter under a name: its owner's alone, or shared with the workspace."""

    page = models.CharField(max_length=60, help_text="The list, by the name of its address.")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    owner = models.ForeignKey(Membership, models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "page", "owner", "name"], name="savedview_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
