"""Changes against an earlier time, in words."""

from __future__ import annotations

from django import template

from ipeo.numerics.changes import Change
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import UNKNOWN, count, figure, percent

register = template.Library()


@register.filter
def change_words(change: Change | None, kind: str = "number") -> str:
    """Print a change: `up from 31%`, `no clear change from 31%`, or why it is not known."""
    if change is None:
        return ""
    if change.verdict == "unknown":
        known = change.now.known
        return f"Nothing to compare with: {change.reason}" if known else ""
    was = figure(change.before.value, kind)
    if change.verdict == "within":
        return f"No clear change from {was}"
    if change.verdict == "same":
        return f"Unchanged at {was}"
    by = ""
    if not change.now.has_interval and change.relative is not None and change.relative < 10:
        share = abs(change.relative)
        by = f" {percent(share)}" if share >= 0.01 else " by less than 1%"
    return f"{change.verdict.capitalize()}{by} from {was}"


@register.filter
def change_tone(change: Change | None, good: str = "up") -> str:
    """Return the colour of a change, where up (or down) is good; empty where none is shown."""
    if change is None or not change.is_shown or not good:
        return ""
    return "good" if change.verdict == good else "bad"


@register.filter
def change_icon(change: Change | None) -> str:
    """Return the icon of a change, empty where none is shown."""
    if change is None or not change.is_shown:
        return ""
    return "rise" if change.verdict == "up" else "fall"


@register.filter
def hours(value: float | None) -> str:
    """Print hours as people say them: `40 minutes`, `5.2 hours`, `1.4 days`."""
    if value is None:
        return UNKNOWN
    if value < 1:
        return f"{value * 60:.0f} minutes"
    return f"{value:.1f} hours" if value < 24 else f"{value / 24:.1f} days"


@register.filter
def hours_interval(estimate: Estimate) -> str:
    """Print the interval of a time in hours: `80% interval 5.2 hours to 1.4 days, n = 31`."""
    if not estimate.has_interval:
        return f"n = {count(estimate.n)}"
    return (
        f"{percent(estimate.level)} interval {hours(estimate.low)} to {hours(estimate.high)}, "
        f"n = {count(estimate.n)}"
    )


@register.filter
def hours_change(change: Change) -> str:
    """Print a change of a time in hours: `Slower than before, 3.1 hours`."""
    if change.verdict == "within":
        return f"No clear change from {hours(change.before.value)}"
    if not change.is_shown:
        return change_words(change)
    word = "Slower" if change.verdict == "up" else "Faster"
    return f"{word} than before: {hours(change.before.value)}"


@register.filter
def export_as(address: str, form: str) -> str:
    """Return the address of an export in a form of file, where the address says `FORM`."""
    return address.replace("/FORM/", f"/{form}/")
