"""The audit, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import DateField, DateTimeField, DecimalField, Field, FloatField, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_aware, localtime

from ipeo.models import AuditEvent, User
from ipeo.templatetags.figures import day, moment

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
                who=str(person) if person else "IPEO",
                verb=_VERBS.get(event.action, event.action),
                what=str(model._meta.verbose_name) if model else event.table_name,
                name=next(
                    (str(pair[1] or pair[0]) for pair in names if pair), f"no. {event.row_id}"
                ),
                at=event.at,
                changes=_changes(event, model) if event.action == "update" else [],
            )
        )
    return lines


def _changes(event: AuditEvent, model: type[Model] | None) -> list[Change]:
    fields = {field.column: field for field in model._meta.concrete_fields} if model else {}
    return [
        Change(_label(key, fields.get(key)), *(_read(one, fields.get(key)) for one in pair))
        for key, pair in sorted(event.changes.items())
        if key not in _SILENT
    ]


def _label(column: str, field: Field[Any, Any] | None) -> str:
    return str(field.verbose_name) if field else column.removesuffix("_id").replace("_", " ")


def _read(value: Any, field: Field[Any, Any] | None) -> Any:
    """Return a kept value as a person reads it: a choice by its label, a moment in local time."""
    if value is None or value == "" or isinstance(value, dict | list):
        return None if value == "" else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is None:
        return value
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    if isinstance(field, DateTimeField):
        at = parse_datetime(str(value))
        return moment(localtime(at)) if at and is_aware(at) else value
    if isinstance(field, DateField):
        return day(parse_date(str(value))) if parse_date(str(value)) else value
    if isinstance(field, DecimalField | FloatField):
        return f"{float(value):,.2f}".removesuffix(".00")
    if field.is_relation:
        return f"no. {value}"
    return value
