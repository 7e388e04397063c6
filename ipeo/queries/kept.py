"""Rows that a workspace names for itself: in use or put away, and named by other rows or not."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import ForeignObjectRel, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def in_use(rows: QuerySet[Row], *held: int | None) -> QuerySet[Row]:
    """Return the rows that may be chosen: those in use, and those `held` already, by their ids.

    What was put away stays where it was chosen before, so that saving the rest keeps it.
    """
    return rows.filter(Q(is_active=True) | Q(pk__in=[pk for pk in held if pk is not None]))


def named_by(row: Model) -> list[str]:
    """Return what kinds of rows name this one, in plain words and in the order of the letters."""
    return sorted(
        {
            str(relation.related_model._meta.verbose_name_plural)
            for relation in row._meta.get_fields(include_hidden=True)
            if isinstance(relation, ForeignObjectRel)
            and not isinstance(relation.related_model, str)
            and relation.related_model._default_manager.filter(
                **{relation.field.name: row}
            ).exists()
        }
    )
