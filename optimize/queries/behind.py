"""The deals, buyers and money behind a measured figure, as addresses of lists.

A wish such as `first.program.12,margin` is what an address says: deals that first touch credits
to program 12, whose margin is known. The list then holds exactly the deals that the figure
counts, as last measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.db.models import Q

from execute.queries.behind import Behind, NoSuchFigure
from insight.models import Channel
from ipeo.models import Campaign
from ipeo.navigation import link
from ipeo.numerics.ranges import Days
from ipeo.queries.named import row_named
from optimize.models import AttributionModel, Credit, DealFact
from optimize.queries.reasons import reason
from plan.models import Program

ANY = "any"
"""Stands in place of a model: deals that were touched at all."""
_SUBJECTS = {"program": Program, "campaign": Campaign, "channel": Channel}
_FACTS: dict[str, tuple[dict[str, object], str]] = {
    "touched": ({"is_touched": True}, "with a known touch"),
    "untouched": ({"is_touched": False}, "without a known touch"),
    "new": ({"is_new": True}, "first of their buyer"),
    "priced": ({"is_beyond__isnull": False}, "with both prices known"),
    "beyond": ({"is_beyond": True}, "discounted beyond the threshold"),
    "margin": ({"margin_amount__isnull": False}, "whose cost is known"),
    "net": ({"net_amount__isnull": False}, "whose net price is known"),
    "timed": ({"days__isnull": False}, "with both dates known"),
}
_SHARED = set(AttributionModel.values) & {field.name for field in Credit._meta.get_fields()}
MOST = 6


def read(wish: str) -> Behind:
    """Return the condition on deals that a wish makes; raises `NoSuchFigure`."""
    condition, words = Q(), []
    parts = wish.split(",")
    if len(parts) > MOST:
        raise NoSuchFigure("That is too many filters at once.")
    for part in parts:
        if part in _FACTS:
            facts, text = _FACTS[part]
            condition &= Q(pk__in=DealFact.objects.filter(**facts).values("deal_id"))
        elif (why := reason(part)) is not None:
            condition, text = condition & why.condition, why.words
        else:
            held, text = _credited(part)
            condition &= Q(pk__in=held)
        words.append(text)
    return Behind(condition, ", ".join(words))


def _credited(part: str) -> tuple[object, str]:
    model, _, rest = part.partition(".")
    subject, _, key = rest.partition(".")
    if subject not in _SUBJECTS:
        raise NoSuchFigure("There is no such metric.")
    found = Credit.objects.all()
    if key == "none":
        found = found.filter(**{f"{subject}_id": None})
        name = f"no known {subject}"
    else:
        row = row_named(_SUBJECTS[subject].objects.all(), key)
        if row is None:
            raise NoSuchFigure(f"This {subject} was not found.")
        found, name = found.filter(**{f"{subject}_id": row.pk}), str(row)
    if model == ANY:
        return found.values("deal_id"), f"touched by {name}"
    if model not in _SHARED:
        raise NoSuchFigure("There is no such attribution model.")
    label = AttributionModel(model).label.lower()
    return found.filter(**{f"{model}__gt": 0}).values("deal_id"), f"credited to {name} by {label}"


def deals_href(
    days: Days | None,
    *behind: str,
    outcome: str = "",
    others: Mapping[str, str | int | None] | None = None,
) -> str:
    """Return the address of the deals list that holds what a figure counts."""
    given: dict[str, str | int | None] = {"outcome": outcome, **(others or {})}
    given["behind"] = ",".join(part for part in behind if part)
    return _address("execute:deals", given | _days("counted", days))


def expenses_href(
    days: Days, *, state: str = "actual", subject: Mapping[str, int | None] | None = None
) -> str:
    """Return the address of the expenses that an amount adds up."""
    given: dict[str, str | int | None] = {"state": state, **(subject or {})}
    return _address("execute:expenses", given | _days("date", days))


def touches_href(days: Days, *, subject: Mapping[str, int | None] | None = None) -> str:
    """Return the address of the touches that a count counts."""
    return _address("execute:touches", {**(subject or {}), **_days("date", days)})


def _days(name: str, days: Days | None) -> dict[str, str | int | None]:
    if days is None:
        return {}
    return {f"{name}_from": days.first.isoformat(), f"{name}_to": days.last.isoformat()}


def _address(name: str, given: Mapping[str, str | int | None]) -> str:
    return f"{link(name)}?{urlencode({key: value for key, value in given.items() if value})}"
