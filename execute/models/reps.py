"""The names under which files know a rep."""

from typing import ClassVar

from django.db import models

from ipeo.models import Membership, TenantModel


class RepName(TenantModel):
    """A name that a file gives a rep, kept when a member claims the placeholder made for it.

    One rep may be known by several names, so that every file finds the same person again.
    """

    key = models.CharField(max_length=250, help_text="The name without case and accents.")
    member = models.ForeignKey(Membership, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "key"], name="repname_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} is {self.member}"
