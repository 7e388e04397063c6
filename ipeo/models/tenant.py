"""What every row of a workspace has in common."""

from typing import Any, ClassVar, Self

from django.db import models

from ipeo.models.identity import Workspace
from ipeo.tenancy import TenantManager, current_workspace_id


class WorkspaceKey(models.ForeignKey[Any, Any]):
    """The workspace a row belongs to: the scope's, and never typed.

    A migration sees a plain foreign key: it runs outside any scope and must not ask for one.
    """

    def __init__(self, **kwargs: Any) -> None:
        ours: dict[str, Any] = {
            "to": Workspace,
            "on_delete": models.CASCADE,
            "default": current_workspace_id,
            "editable": False,
            "db_index": False,
            "related_name": "+",
        }
        super().__init__(**(ours | kwargs))

    def deconstruct(self) -> Any:
        """Describe a plain foreign key without a default."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.ForeignKey", args, kwargs


class TenantModel(models.Model):
    """A row of one workspace, seen and made inside its scope alone.

    The workspace stands first in every unique key and index; a plain index on it alone would
    only be paid for.
    """

    workspace = WorkspaceKey()

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True
