"""Every attribution model beside the others: credit with intervals, and where all agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from insight.models import Channel
from ipeo.models import Campaign
from ipeo.numerics.estimates import Estimate
from optimize.models import AttributionModel
from optimize.numerics.attribution import UNIT
from optimize.numerics.comparison import ENOUGH_BUCKETS, Comparison
from optimize.numerics.metrics import NO_SPEND
from optimize.queries import slices
from optimize.queries.comparisons import comparison
from optimize.queries.slices import Days
from optimize.queries.standing import NO_REMOVAL
from plan.models import Program

GRAINS = (("channel", "Channel"), ("program", "Program"), ("campaign", "Campaign"))
KINDS = (("count", "Deals won"), ("net", "Net amount"), ("margin", "Margin"))
COHORTS = (
    ("closed", "Deals closed in this period"),
    ("created", "Deals opened in this period"),
    ("touched", "Touches in this period"),
)
UNITS = {"count": UNIT, "net": 100, "margin": 100}
NOTHING_KNOWN = "Not recorded"
FEW = "too few buyers won to estimate the effect of chance"
_SPEND_BY = {
    "channel": "t.channel_id",
    "program": "t.program_id",
    "campaign": "p.campaign_id",
}
_ROWS: dict[str, Any] = {"channel": Channel, "program": Program, "campaign": Campaign}


@dataclass(frozen=True)
class Compared:
    """A channel, program or campaign under every model, in the order of `AttributionModel`.

    `credit` is of the kind asked for, `romi` the margin's return on the spend of the same days.
    `direction` is 1 where every model says that it earned more than it cost, -1 where every one
    says less, 0 where they disagree, None where the return is not known.
    """

    key: int
    name: str
    spend: float | None
    credit: dict[str, Estimate]
    romi: dict[str, Estimate]

    @property
    def shown(self) -> list[Estimate]:
        """The credit under each model, in their order."""
        return list(self.credit.values())

    @property
    def direction(self) -> int | None:
        """Which way every model points."""
        values = [romi.value for romi in self.romi.values()]
        known = [value for value in values if value is not None]
        if len(known) < len(values) or not known:
            return None
        if min(known) > 0:
            return 1
        return -1 if max(known) < 0 else 0

    @property
    def is_sure(self) -> bool:
        """Whether all point one way and every model's interval does too."""
        return bool(self.direction) and all(romi.excludes(0) for romi in self.romi.values())

    @property
    def verdict(self) -> str:
        """What the models say together, in words."""
        if self.direction is None:
            return "Not known"
        if self.direction == 0:
            above = sum((romi.value or 0) > 0 for romi in self.romi.values())
            return (
                f"Models disagree: {above} of {len(self.romi)} say it earned more than it cost, "
                "so run a test"
            )
        word = "more" if self.direction > 0 else "less"
        sure = (
            "and every interval agrees"
            if self.is_sure
            else "but under at least one model chance alone could explain it"
        )
        return f"All {len(self.romi)} say it earned {word} than it cost, {sure}"

    @property
    def reason(self) -> str:
        """Why the verdict is not known."""
        return next((romi.reason for romi in self.romi.values() if romi.value is None), "")

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape."""
        return {
            "key": self.name,
            "id": self.key or None,
            "spend": Estimate.unknown(NO_SPEND).as_dict() if self.spend is None else self.spend,
            "models": {
                model: {"credit": credit.as_dict(), "romi": self.romi[model].as_dict()}
                for model, credit in self.credit.items()
            },
            "direction": self.direction,
            "sure": self.is_sure,
            "verdict": self.verdict,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class SideBySide:
    """The models over some days: a row for each key, the most credit first."""

    rows: tuple[Compared, ...]
    journeys: int
    won: int
    buckets: int

    @property
    def has_intervals(self) -> bool:
        """Whether enough buyers won deals for intervals."""
        return self.buckets >= ENOUGH_BUCKETS

    @property
    def summary(self) -> str:
        """Where all models agree and where they do not, in a sentence."""
        known = [row for row in self.rows if row.direction is not None]
        if not known:
            return "No return is known here, so the models cannot be compared."
        better = [row.name for row in known if row.direction == 1]
        worse = [row.name for row in known if row.direction == -1]
        mixed = [row.name for row in known if row.direction == 0]
        parts = []
        if better:
            parts.append(
                f"all models agree that {_listed(better)} earned more than {_cost(better)}"
            )
        if worse:
            parts.append(f"all models agree that {_listed(worse)} earned less than {_cost(worse)}")
        if mixed:
            parts.append(f"they disagree on {_listed(mixed)}")
        text = "; ".join(parts)
        return f"{text[:1].upper()}{text[1:]}."


def _cost(names: list[str]) -> str:
    return "it cost" if len(names) == 1 else "they cost"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def side_by_side(
    *, by: str = "channel", kind: str = "margin", cohort: str = "closed", days: Days
) -> SideBySide:
    """Compare the models by channel, program or campaign; raises `UnknownCohort`."""
    found = comparison(by, days, cohort)
    names = dict(
        _ROWS[by].objects.filter(pk__in=[int(key) for key in found.keys]).values_list("pk", "name")
    )
    spent = {
        key: float(amount)
        for key, figure, n, amount in slices.activity_sums(group=_SPEND_BY[by], days=days)
        if figure == "actual" and n
    }
    rows = []
    for place, key in enumerate(int(key) for key in found.keys):
        spend = spent.get(key) if key else None
        rows.append(
            Compared(
                key=key,
                name=names.get(key, "(deleted)") if key else NOTHING_KNOWN,
                spend=spend,
                credit={
                    model: _estimate(found, kind, model, place) for model in AttributionModel.values
                },
                romi={
                    model: _romi(found, model, place, spend) for model in AttributionModel.values
                },
            )
        )
    rows.sort(key=lambda row: (row.key == 0, -_weight(row), row.name))
    return SideBySide(tuple(rows), found.journeys, found.won, found.buckets)


def _weight(row: Compared) -> float:
    return row.credit[AttributionModel.SHAPLEY].value or 0.0


def _estimate(found: Comparison, kind: str, model: str, place: int) -> Estimate:
    given, unit = found.given[kind][model], UNITS[kind]
    shapley = found.given["count"][AttributionModel.SHAPLEY].value
    assert shapley is not None
    n = round(int(shapley[place]) / UNIT)
    if given.value is None:
        return Estimate.unknown(NO_REMOVAL, n)
    value = int(given.value[place]) / unit
    if np.isnan(given.low[place]):
        return Estimate(value, None, None, n, FEW)
    low, high = float(given.low[place]) / unit, float(given.high[place]) / unit
    return Estimate(value, min(low, value), max(high, value), n)


def _romi(found: Comparison, model: str, place: int, spend: float | None) -> Estimate:
    margin = _estimate(found, "margin", model, place)
    if spend is None or spend <= 0:
        return Estimate.unknown(NO_SPEND, margin.n)
    return margin.scaled(1 / spend, -1.0)
