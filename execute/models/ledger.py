"""What an import wrote, piece by piece, so that it can be taken back."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from execute.models.imports import Import
from ipeo.models import TenantModel


def _numbers() -> "ArrayField[list[int], list[int]]":
    return ArrayField(models.BigIntegerField(), default=list, blank=True)


class ImportPiece(TenantModel):
    """The rows of one table that one piece of an import made and changed.

    A row's print is a hash of `columns` as the import left them: while it holds, nobody has
    edited the row since. `before` has, for each changed row, the values it had.
    """

    source = models.ForeignKey(Import, models.CASCADE, related_name="pieces")
    table = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    made = _numbers()
    made_prints = _numbers()
    changed = _numbers()
    changed_prints = _numbers()
    before = models.JSONField(default=list, blank=True)
    undone = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "source", "-id"], name="importpiece_by_source"),
        ]

    def __str__(self) -> str:
        return f"{len(self.made)} made and {len(self.changed)} changed in {self.table}"
