"""The audit, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps

from ipeo.models import AuditEvent, User

_VERBS = {"insert": "added", "update": "changed", "delete": "removed"}
_SILENT = {"id", "workspace_id", "version", "updated_at", "party", "import_key"}


@dataclass(frozen=True)
class Change:
    """One field of one row, before and after."""

    field: str
    before: Any
    after: Any

    @property
    def is_plain(self) -> bool:
        """Whether both can be read out: what is kept as a structure is said to have changed."""
        return not isinstance(self.before, dict | list) and not isinstance(self.after, dict | list)


@dataclass(frozen=True)
class Line:
    """One edit: who did what to which row, and when."""

    who: str
    verb: str
    what: str
    name: str
    at: datetime
    changes: list[Change]


def audit_lines(events: list[AuditEvent]) -> list[Line]:
    """Return events in words; people are named with one query for all."""
    people = User.objects.in_bulk({event.person_id for event in events if event.person_id})
    models = {model._meta.db_table: model for model in apps.get_models()}
    lines = []
    for event in events:
        model = models.get(event.table_name)
        person = people.get(event.person_id) if event.person_id else None
        names = [event.changes.get(key) for key in ("name", "title", "statement")]
        lines.append(
            Line(
                who=str(person) if person else "The product",
                verb=_VERBS.get(event.action, event.action),
                what=str(model._meta.verbose_name) if model else event.table_name,
                name=next(
                    (str(pair[1] or pair[0]) for pair in names if pair), f"no. {event.row_id}"
                ),
                at=event.at,
                changes=[
                    Change(key.removesuffix("_id").replace("_", " "), before, after)
                    for key, (before, after) in sorted(event.changes.items())
                    if key not in _SILENT
                ]
                if event.action == "update"
                else [],
            )
        )
    return lines
