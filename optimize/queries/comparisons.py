"""Every attribution model side by side: its credit, and the interval of resampled buyers."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from ipeo import tenancy
from ipeo.database.arrays import Ints, read_integers
from optimize.models import CreditTotal, MeasurementState
from optimize.numerics import tallies
from optimize.numerics.comparison import Comparison, compare
from optimize.numerics.journeys import NONE
from optimize.numerics.tallies import (
    COHORTS,
    COUNTED,
    KINDS,
    CreditCounts,
    TransitionCounts,
)
from optimize.queries.slices import Days

GRAIN_OF = {
    CreditTotal.ANY_CHANNEL: "channel",
    CreditTotal.ANY_PROGRAM: "program",
    CreditTotal.ANY_CAMPAIGN: "campaign",
}
EACH_OF = {
    "channel": CreditTotal.EACH_CHANNEL,
    "program": CreditTotal.EACH_PROGRAM,
    "campaign": CreditTotal.EACH_CAMPAIGN,
}
EVER = Days()
_EPOCH = date(1970, 1, 1)
_FAR = 2**40
_COLUMNS = {"closed": "closed_date", "created": "created_date"}


class UnknownCohort(ValueError):
    """There is no such cohort."""


def comparison(grain: str, days: Days = EVER, cohort: str = "closed") -> Comparison:
    """Compare the models by channel, program or campaign over deals of some days.

    `cohort` says by which date a deal belongs to them: `closed`, `created`, or `touched`, by
    which each touch takes its part of the credit to its own day. Raises `UnknownCohort`.
    """
    if cohort not in COHORTS:
        raise UnknownCohort(f"“{cohort}” is not a cohort. Available: {', '.join(COHORTS)}.")
    made = MeasurementState.objects.values_list("measured_at", flat=True).first()
    return _compared(
        tenancy.current_workspace_id(), str(made), grain, days.first, days.last, cohort
    )


@lru_cache(maxsize=64)
def _compared(
    workspace_id: int, _made: str, grain: str, first: date | None, last: date | None, cohort: str
) -> Comparison:
    """Kept until the next measurement, since one page asks for every model."""
    days = Days(first, last)
    credit, transitions = [], []
    if cohort == "closed":
        whole, parts = days.split()
        if whole is not None:
            credit.append(_credit_tallies(grain, whole))
            transitions.append(_transition_tallies(grain, whole))
    else:
        parts = (days,)
    for part in parts:
        inside = None
        if part.first is not None or part.last is not None:
            inside = (
                -_FAR if part.first is None else (part.first - _EPOCH).days,
                _FAR if part.last is None else (part.last - _EPOCH).days,
            )
        paths = tallies.paths_of(_journeys(part, cohort))
        one, other = tallies.count(paths, grain, cohort=cohort, inside=inside)
        credit.append(one)
        transitions.append(other)
    return compare(_joined_credit(credit), _joined_transitions(transitions))


def _credit_tallies(grain: str, days: Days) -> CreditCounts:
    figures = ", ".join(f'sum("{model}")::bigint' for model in COUNTED)
    read = read_integers(
        ["bucket", "kind", "key", *COUNTED],
        "SELECT bucket::bigint, array_position(%(kinds)s, kind::text)::bigint - 1, key, "  # noqa: S608
        f"{figures} FROM optimize_credittally WHERE workspace_id = %(workspace)s "
        f"AND grain = %(grain)s AND {days.condition('month')} GROUP BY 1, 2, 3",
        {"workspace": tenancy.current_workspace_id(), "grain": grain, "kinds": list(KINDS)},
    )
    return CreditCounts(
        bucket=read["bucket"],
        month=np.zeros_like(read["bucket"]),
        kind=read["kind"],
        key=read["key"],
        credit={model: read[model] for model in COUNTED},
    )


def _transition_tallies(grain: str, days: Days) -> TransitionCounts:
    read = read_integers(
        ["bucket", "before", "after", "journeys", "net", "margin"],
        "SELECT bucket::bigint, before, after, sum(journeys)::bigint, "  # noqa: S608
        "sum(net_cents)::bigint, sum(margin_cents)::bigint FROM optimize_transitiontally "
        "WHERE workspace_id = %(workspace)s AND grain = %(grain)s "
        f"AND {days.condition('month')} GROUP BY 1, 2, 3",
        {"workspace": tenancy.current_workspace_id(), "grain": grain},
    )
    return TransitionCounts(month=np.zeros_like(read["bucket"]), **read)


def _journeys(days: Days, cohort: str) -> list[tuple[Any, ...]]:
    if cohort == "touched":
        condition = "true"
        if days.last is not None:
            condition = f"first_date <= '{days.last.isoformat()}'"
        if days.first is not None:
            condition += f" AND last_date >= '{days.first.isoformat()}'"
    else:
        condition = days.condition(_COLUMNS[cohort])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT party, COALESCE(closed_date - DATE '1970-01-01', %(none)s), "  # noqa: S608
            "COALESCE(created_date - DATE '1970-01-01', %(none)s), is_won, "
            "COALESCE(net_cents, 0), COALESCE(margin_cents, 0), 1, path FROM optimize_journey "
            f"WHERE workspace_id = %(workspace)s AND {condition}",
            {"workspace": tenancy.current_workspace_id(), "none": NONE},
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _joined(parts: list[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _joined_credit(parts: list[CreditCounts]) -> CreditCounts:
    return CreditCounts(
        bucket=_joined([part.bucket for part in parts]),
        month=_joined([part.month for part in parts]),
        kind=_joined([part.kind for part in parts]),
        key=_joined([part.key for part in parts]),
        credit={model: _joined([part.credit[model] for part in parts]) for model in COUNTED},
    )


def _joined_transitions(parts: list[TransitionCounts]) -> TransitionCounts:
    names = ("bucket", "month", "before", "after", "journeys", "net", "margin")
    return TransitionCounts(
        **{name: _joined([getattr(part, name) for part in parts]) for name in names}
    )
