"""Two people who edit one row: what each of them typed is put together, field by field.

A field that only one of the two changed goes by that one. Where both changed a field, in
different ways, the second person sees both beside what they started from, and chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.http import QueryDict

from ipeo.templatetags.figures import day
from ipeo.typed import PercentField, amount_text, percent_text


class RowForm(Protocol):
    """A form of one row, whether or not the row's model made its fields."""

    @property
    def instance(self) -> Any:
        """The row."""

    @property
    def fields(self) -> dict[str, forms.Field]:
        """Its fields, by name."""

    @property
    def initial(self) -> MutableMapping[str, Any]:
        """What its fields begin with."""


@dataclass(frozen=True)
class Difference:
    """A field that two people changed: what each wrote, and what stood there before.

    `stored` is theirs as a form sends it, for a field that does not carry it by itself.
    """

    name: str
    label: str
    mine: str
    theirs: str
    before: str
    stored: str | None = None


@dataclass(frozen=True)
class Merge:
    """What was typed with the stored values where they win, and what is left to choose.

    `taken` are the labels of fields that the other person alone changed; `data` holds their
    values already, and as `initial-…` the stored ones, so that the next merge starts there.
    """

    data: QueryDict
    conflicts: list[Difference]
    taken: list[str]


def chosen(data: QueryDict) -> QueryDict:
    """Return what was typed, with the other person's value wherever the writer chose it."""
    taken = data.copy()
    for key in data:
        name = key.removeprefix("keep-")
        if name != key and data[key] == "theirs" and f"initial-{name}" in data:
            taken[name] = str(data[f"initial-{name}"])
    return taken


def merged(
    data: QueryDict, stored: forms.BaseForm, names: tuple[str, ...], *, of: str = ""
) -> Merge:
    """Put what was typed together with a row that somebody else changed meanwhile.

    `stored` is the unbound form of the row as it stands; `data` holds beside each field what
    its writer started from, as `initial-…`. `of` names the row where a form has several.
    """
    result, conflicts, taken = data.copy(), [], []
    for field in (stored[name] for name in names):
        name, label = field.html_name, f"{field.label} of {of}" if of else str(field.label)
        theirs, mine = text_of(field.value()), str(data.get(name, ""))
        before = str(data.get(f"initial-{name}", mine))
        result[f"initial-{name}"] = theirs
        if _same(field, theirs, before) or _same(field, mine, theirs):
            continue
        if _same(field, mine, before):
            result[name] = theirs
            taken.append(label)
        else:
            shown = [words_of(field, text) for text in (mine, theirs, before)]
            conflicts.append(Difference(name, label, *shown))
    return Merge(result, conflicts, taken)


def versioned(form: RowForm) -> None:
    """Let a form say what each field held when it was opened, and which version that was."""
    held = form.instance.pk is not None
    for field in form.fields.values():
        field.show_hidden_initial = held
    form.fields["version"] = forms.IntegerField(required=False, widget=forms.HiddenInput())
    form.initial["version"] = form.instance.version


def merged_choice(data: QueryDict, name: str, theirs: Iterable[object]) -> QueryDict:
    """Put together what two people ticked: what either added is in, what either took is out."""
    result = data.copy()
    before, mine = set(data.getlist(f"initial-{name}")), set(data.getlist(name))
    stored = {str(value) for value in theirs}
    kept = (stored | (mine - before)) - (before - mine)
    result.setlist(name, sorted(kept))
    result.setlist(f"initial-{name}", sorted(stored))
    return result


def text_of(value: Any) -> str:
    """Return a field's value as a form sends it."""
    return "" if value is None else str(value)


def _same(field: forms.BoundField, one: str, other: str) -> bool:
    """Whether two texts mean the same: 48,000 and 48000.00, or the same letters."""
    return one.strip() == other.strip() or _read(field, one) == _read(field, other)


def _read(field: forms.BoundField, text: str) -> Any:
    """Return what a text means to the field, or the text itself where it means nothing."""
    try:
        value = field.field.clean(text)
    except forms.ValidationError:
        return text
    return None if value == "" else value


def words_of(field: forms.BoundField, text: str) -> str:
    """Return what a text means to a field, in words."""
    value = _read(field, text)
    if value is None:
        return "Empty"
    if isinstance(value, date):
        return str(day(value))
    if isinstance(value, Decimal):
        return (percent_text if isinstance(field.field, PercentField) else amount_text)(value)
    if isinstance(field.field, forms.ChoiceField) and isinstance(value, str):
        return str(dict(field.field.choices).get(value, value))  # type: ignore[arg-type]
    return str(value)
