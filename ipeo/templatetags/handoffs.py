"""What a stage handed on, as lines that people read."""

from typing import Any

from django import template

register = template.Library()


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _lines(value: Any, prefix: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [
            line
            for key, inner in value.items()
            for line in _lines(
                inner, f"{prefix}, {key}".replace("_", " ") if prefix else _words(key)
            )
        ]
    if isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            return [(prefix, ", ".join(map(str, value)) or "None")]
        return [
            line
            for number, item in enumerate(value, 1)
            for line in _lines(item, f"{prefix} {number}")
        ]
    known = {None: "Not known", True: "Yes", False: "No", "": "Nothing"}
    return [
        (
            prefix,
            known.get(value, str(value))
            if not isinstance(value, (int, float)) or isinstance(value, bool)
            else f"{value:,}",
        )
    ]


@register.filter
def handoff_lines(handoff: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a frozen hand-off as pairs of a name and a value, one for each leaf."""
    return _lines(handoff, "")
