"""Which days a reading is of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class DaysSerializer(serializers.Serializer[Any]):
    """Which days to tell of; either end may be left open."""

    to = serializers.DateField(required=False, default=None)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Add `from`, which is no name in Python."""
        first = serializers.DateField(required=False, default=None)
        return {**super().get_fields(), "from": first}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse days that end before they begin."""
        if attrs["from"] and attrs["to"] and attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": ["This date is before the first day."]})
        return attrs
