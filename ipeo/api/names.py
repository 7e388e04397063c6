"""A misspelt name is refused: what is sent or asked for under it would be passed over silently."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

UNKNOWN = "Nothing here has this name."


def demand_known(serializer: serializers.BaseSerializer[Any], data: Any) -> None:
    """Raise `ValidationError` for names in `data` that a serializer lacks, at any depth.

    What may only be read is known too, so that a row can be sent back as it was read.
    """
    if errors := _unknown(serializer, data):
        raise ValidationError(errors)


def demand_asked(names: Collection[str], asked: Mapping[str, Any]) -> None:
    """Raise `ValidationError` for parameters of an address that a list does not know."""
    if wrong := sorted(set(asked) - set(names)):
        known = ", ".join(sorted(names))
        raise ValidationError({name: [f"{UNKNOWN} There are: {known}."] for name in wrong})


def _unknown(serializer: Any, data: Any) -> Any:
    if isinstance(serializer, serializers.ListSerializer):
        if not isinstance(data, list):
            return None
        found = [_unknown(serializer.child, one) for one in data]
        return [one or {} for one in found] if any(found) else None
    if not isinstance(serializer, serializers.Serializer) or not isinstance(data, Mapping):
        return None
    errors: dict[str, Any] = {}
    for name in data:
        field = serializer.fields.get(name)
        if field is None:
            errors[name] = [UNKNOWN]
        elif not field.read_only and (below := _unknown(field, data[name])):
            errors[name] = below
    return errors
