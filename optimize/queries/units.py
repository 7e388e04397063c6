"""The units that an experiment can split, and what each of them did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate

from execute.models import Deal, Outcome, Touch
from execute.queries.touches import matching_touches
from insight.models import Account, Audience, Contact
from insight.queries.audiences import contacts_of
from ipeo import tenancy
from ipeo.models import Membership, Role
from ipeo.queries.named import id_in
from optimize.models import Experiment

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Unit, Metric = Experiment.Unit, Experiment.Metric

RATES = frozenset({Metric.RESPONDED, Metric.OPENED, Metric.WON})
HISTORY_WEEKS = 104
_KEYS = {Unit.PERSON: "contact_id", Unit.ACCOUNT: "account_id", Unit.REP: "owner_id"}


def regions() -> list[str]:
    """Return the regions that accounts name, those with the most accounts first."""
    found = (
        Account.objects.exclude(region="")
        .values("region")
        .annotate(count=Count("pk"))
        .order_by("-count", "region")
    )
    return [row["region"] for row in found]


def _members() -> QuerySet[Membership]:
    """Return the workspace's own members: a person may see their memberships elsewhere too."""
    return Membership.objects.filter(workspace=tenancy.current_workspace())


def population(unit: str, audience: Audience | None = None) -> list[str]:
    """Return the names of all units that there are to split, in order.

    People and accounts have their id for a name, reps their membership's, regions their own.
    """
    if unit == Unit.REGION:
        return sorted(regions())
    if unit == Unit.REP:
        sellers = _members().filter(role=Role.SALES_REP, is_active=True)
        return [str(pk) for pk in sellers.order_by("pk").values_list("pk", flat=True)]
    if audience is None:
        rows = Contact.objects.all() if unit == Unit.PERSON else Account.objects.all()
        return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
    inside = contacts_of(audience).order_by()
    if unit == Unit.ACCOUNT:
        ids = inside.exclude(account=None).values_list("account_id", flat=True).distinct()
        return [str(pk) for pk in sorted(ids)]
    return [str(pk) for pk in sorted(inside.values_list("pk", flat=True))]


def key_of(unit: str, said: str) -> str | None:
    """Return the name of the unit that is called so: by its id, its e-mail or its name."""
    said = said.strip()
    number = id_in(said)
    if unit == Unit.REGION:
        return said if said and Account.objects.filter(region=said).exists() else None
    if unit == Unit.REP:
        rows: QuerySet[Any] = _members().filter(role=Role.SALES_REP)
        wanted = Q(user__email__iexact=said)
    elif unit == Unit.PERSON:
        rows, wanted = Contact.objects.all(), Q(email__iexact=said)
    else:
        rows, wanted = Account.objects.all(), Q(name__iexact=said)
    if not said:
        return None
    found = rows.filter(Q(pk=number) if number is not None else wanted).order_by("pk").first()
    return None if found is None else str(found.pk)


def keys_of(unit: str, names: Sequence[str]) -> dict[str, str]:
    """Return the unit's key for each name that a list uses: an id, an e-mail or a name."""
    wanted = {name.strip().lower(): name for name in names}
    if unit == Unit.REGION:
        known: Any = ((name, name) for name in regions())
    elif unit == Unit.REP:
        known = _members().filter(role=Role.SALES_REP).values_list("pk", "user__email")
    elif unit == Unit.PERSON:
        known = Contact.objects.values_list("pk", "email")
    else:
        known = Account.objects.values_list("pk", "name")
    found: dict[str, str] = {}
    for pk, name in known:
        for said in (str(pk).lower(), str(name).lower()):
            if said in wanted and said:
                found.setdefault(wanted[said], str(pk))
    return found


def names_of(unit: str, keys: Sequence[str]) -> dict[str, str]:
    """Return what people call each unit: an e-mail, an account's name, a region."""
    if unit == Unit.REGION:
        return {key: key for key in keys}
    ids = [int(key) for key in keys]
    if unit == Unit.REP:
        rows: Any = _members().filter(pk__in=ids).values_list("pk", "user__email")
    elif unit == Unit.PERSON:
        rows = Contact.objects.filter(pk__in=ids).values_list("pk", "email")
    else:
        rows = Account.objects.filter(pk__in=ids).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}


def _facts(metric: str, by: str, first: date, last: date) -> Iterable[tuple[Any, date, float]]:
    """What was done between two days: by whom (a column of deals), on which day, how much."""
    if metric == Metric.RESPONDED:
        return _responses(by, first, last)
    found, dated = Deal.objects.filter(outcome=Outcome.WON), "closed_date"
    if metric == Metric.OPENED:
        found, dated = Deal.objects.all(), "created_date"
    worth: Any = Value(1.0) if metric in RATES else F(metric)
    facts: Iterable[tuple[Any, date, float]] = (
        found.filter(**{f"{dated}__range": (first, last)})
        .exclude(**{by: None})
        .annotate(worth=worth)
        .exclude(worth=None)
        .order_by("pk")
        .values_list(by, dated, "worth")
    )
    return facts


def _responses(by: str, first: date, last: date) -> Iterable[tuple[Any, date, float]]:
    """Touches that answered something: a form, an event, a reply, by whoever answered."""
    if by == "owner_id":
        return []
    own = {"account_id": "account", "account__region": "account__region"}.get(by)
    key: Any = F(by) if own is None else Coalesce(F(own), F(f"contact__{own}"))
    found = matching_touches(date_from=first, date_to=last).filter(level=Touch.Level.SECOND_LOOK)
    return (
        found.annotate(unit_key=key, day=TruncDate("occurred_at"))
        .exclude(unit_key=None)
        .order_by()
        .values_list("unit_key", "day")
        .annotate(worth=Count("pk"))
    )


def events_of(
    unit: str, metric: str, units: Sequence[str], first: date, last: date
) -> tuple[Ints, Ints, Floats]:
    """Each event's place among the units, its day from the first, and its amount."""
    places = {name: place for place, name in enumerate(units)}
    facts = [
        (places[str(key)], (day - first).days, float(worth))
        for key, day, worth in _facts(metric, _KEYS[Unit(unit)], first, last)
        if str(key) in places
    ]
    return (
        np.array([place for place, _, _ in facts], dtype=np.int64),
        np.array([day for _, day, _ in facts], dtype=np.int64),
        np.array([worth for _, _, worth in facts], dtype=np.float64),
    )


def amounts_of(unit: str, metric: str, units: Sequence[str], first: date, last: date) -> Floats:
    """What each unit did between two days, as its metric counts it; float64 (units,)."""
    place, _, amount = events_of(unit, metric, units, first, last)
    summed = np.bincount(place, amount, minlength=len(units))[: len(units)]
    return np.asarray(np.minimum(summed, 1.0) if metric in RATES else summed, dtype=np.float64)


def panel_of(metric: str, first: date, until: date) -> tuple[Floats, list[str]]:
    """The outcome by week and region, float64 (weeks, regions), with the regions' names.

    Whole weeks, counted back from the day `until`, which is not in them; weeks before the first
    fact are left out.
    """
    names = sorted(regions())
    weeks, last = (until - first).days // 7, until - timedelta(days=1)
    panel = np.zeros((weeks, len(names)))
    places = {name: place for place, name in enumerate(names)}
    for name, day, worth in _facts(metric, "account__region", first, last):
        week = weeks - 1 - (last - day).days // 7
        if name in places and week >= 0:
            panel[week, places[name]] += float(worth)
    busy = np.flatnonzero(panel.any(axis=1))
    return panel[busy[0] :] if busy.size else panel, names
