"""The audit, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import (
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    FloatField,
    ForeignKey,
    Model,
)
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_aware, localtime

from ipeo.models import AuditEvent, Invitation, Membership, User
from ipeo.templatetags.figures import day, moment

_VERBS = {"insert": "added", "update": "changed", "delete": "deleted"}
_SILENT = {"id", "workspace_id", "version", "updated_at", "party", "import_key", "run_id"}


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
    """Return events in words; rows are named with one query for each kind of them."""
    people = User.objects.in_bulk({event.person_id for event in events if event.person_id})
    models = {model._meta.db_table: model for model in apps.get_models()}
    known = _named(events, models)
    lines = []
    for event in events:
        model = models.get(event.table_name)
        person = people.get(event.person_id) if event.person_id else None
        pairs = [event.changes.get(key) or (None, None) for key in ("name", "title", "statement")]
        names = [pair[1] or pair[0] for pair in pairs]
        lines.append(
            Line(
                who=str(person) if person else "IPEO",
                verb=_VERBS.get(event.action, event.action),
                what=str(model._meta.verbose_name) if model else event.table_name,
                name=next(
                    (str(name) for name in names if name), _called(model, event.row_id, known)
                ),
                at=event.at,
                changes=_changes(event, model, known) if event.action == "update" else [],
            )
        )
    return lines


_Names = Mapping[tuple[type[Model], int], str]


def _named(events: list[AuditEvent], models: Mapping[str, type[Model]]) -> _Names:
    """Return what the events' people, and the rows their changes point at, are called.

    A kind of row that has no name of its own, and a row that is gone, keep their number.
    """
    wanted: defaultdict[type[Model], set[int]] = defaultdict(set)
    for event in events:
        model = models.get(event.table_name)
        if model in {Membership, Invitation} and event.row_id:
            wanted[model].add(event.row_id)
        if model is None or event.action != "update":
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.column not in _SILENT:
                ids = event.changes.get(field.column) or ()
                wanted[field.related_model].update(one for one in ids if one is not None)
    members = Membership.objects.select_related("user").in_bulk(wanted.pop(Membership, set()))
    invited = Invitation.objects.in_bulk(wanted.pop(Invitation, set()))
    names: dict[tuple[type[Model], int], str] = {
        (type(row), pk): str(row) for pk, row in [*members.items(), *invited.items()]
    }
    for model, ids in wanted.items():
        if ids and any(field.name == "name" for field in model._meta.concrete_fields):
            rows = model._default_manager.filter(pk__in=ids).values_list("pk", "name")
            names |= {(model, pk): name for pk, name in rows if name}
    return names


def _called(model: type[Model] | None, pk: int | None, known: _Names) -> str:
    return known.get((model, pk), f"no. {pk}") if model and pk else f"no. {pk}"


def _changes(event: AuditEvent, model: type[Model] | None, known: _Names) -> list[Change]:
    fields = {field.column: field for field in model._meta.concrete_fields} if model else {}
    return [
        Change(_label(key, fields.get(key)), *(_read(one, fields.get(key), known) for one in pair))
        for key, pair in sorted(event.changes.items())
        if key not in _SILENT
    ]


def _label(column: str, field: Field[Any, Any] | None) -> str:
    return str(field.verbose_name) if field else column.removesuffix("_id").replace("_", " ")


def _read(value: Any, field: Field[Any, Any] | None, known: _Names) -> Any:
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
    if isinstance(field, ForeignKey):
        return _called(field.related_model, value, known)
    return value
