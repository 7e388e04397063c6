"""What a member may approve where their workspace wants four eyes."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from ipeo import tenancy
from ipeo.models import Membership

Row = TypeVar("Row", bound=Model)


def of_others(rows: QuerySet[Row], by: Membership | None, *, maker: str) -> QuerySet[Row]:
    """Return the rows without a member's own, where nobody approves their own.

    `maker` names the column of whoever made a row; without a member all rows are returned.
    """
    if by is None or not tenancy.current_workspace().four_eyes:
        return rows
    return rows.exclude(**{maker: by})
