"""What an action refuses is told to whoever asked: as a message, or in the form they sent.

A view does its work, and goes on to where it leads, inside `with`; what stands behind the block
is the page that a refusal is told on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict

# A field's name; None for what concerns the form as a whole; or what tells the field of a refusal.
Field = str | Callable[[Any], str] | None


@contextmanager
def refused_as_message(request: HttpRequest, *refusals: type[Exception]) -> Iterator[None]:
    """Tell any of the refusals as a message on the next page."""
    try:
        yield
    except refusals as refusal:
        messages.error(request, str(refusal))


@contextmanager
def refused_in_form(
    form: forms.BaseForm, fields: Mapping[type[Exception], Field]
) -> Iterator[None]:
    """Tell a refusal at its field of the form, which is not valid from then on.

    A refusal that is not named itself is told as the class that it inherits from.
    """
    try:
        yield
    except tuple(fields) as refusal:
        field = next(fields[kind] for kind in type(refusal).__mro__ if kind in fields)
        form.add_error(field(refusal) if callable(field) else field, str(refusal))


@contextmanager
def overtaken_in_form(
    form: forms.BaseForm, *refusals: type[Exception], seen: str = "seen_version"
) -> Iterator[None]:
    """Tell that somebody else saved a newer version first, the refusal's `current`.

    What was typed stays. Sent once more it goes over that version, of which the person knows by
    then: the field `seen` names it.
    """
    try:
        yield
    except refusals as refusal:
        form.add_error(None, f"{refusal} Yours is kept below; save again to replace it.")
        newer: Any = refusal
        form.data = cast("QueryDict", form.data).copy()
        form.data[seen] = str(newer.current.version)


def its_field(refusal: Any) -> str:
    """Return the field that a refusal names itself."""
    return str(refusal.field)
