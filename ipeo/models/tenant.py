"""What every row of a workspace has in common."""

from typing import Any, ClassVar

from django.db import models

from ipeo.models.identity import Workspace
from ipeo.tenancy import TenantManager, current_workspace_id


class TenantModel(models.Model):
    """A row of one workspace, seen and made inside its scope alone.

    The workspace stands first in every unique key and index; a plain index on it alone would
    only be paid for.
    """

    workspace = models.ForeignKey(
        Workspace,
        models.CASCADE,
        default=current_workspace_id,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects: ClassVar[Any] = TenantManager()

    class Meta:
        abstract = True
