"""What is recommended, what was decided, and the words for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from ipeo.models import Campaign, Cycle
from ipeo.numerics.estimates import Estimate
from ipeo.queries.campaigns import cycle_before
from ipeo.templatetags.figures import money, percent
from optimize.models import AttributionModel, Decision, Recommendation
from optimize.queries.evidence import OWN, OWN_LABEL

WAITING = Recommendation.State.WAITING
_TONES = {
    Recommendation.Kind.RETIRE: "bad",
    Recommendation.Kind.REFRESH: "warn",
    Recommendation.Kind.REALLOCATE: "good",
    Recommendation.Kind.PRICE: "warn",
    Recommendation.Kind.TEST: "insight",
    Recommendation.Kind.HOLD: "ink",
}


def recommendations() -> QuerySet[Recommendation]:
    """Return the workspace's recommendations with program, cycle and `history` of decisions."""
    return Recommendation.objects.select_related("program", "cycle__campaign").prefetch_related(
        Prefetch(
            "decisions",
            queryset=Decision.objects.select_related("by__user").order_by("-at", "-pk"),
            to_attr="history",
        )
    )


def recommendations_of(cycle: Cycle) -> list[Recommendation]:
    """Return a cycle's recommendations, those that wait first, the surest kinds before others."""
    kinds = [When(kind=kind, then=Value(place)) for place, kind in enumerate(_TONES)]
    waits = Case(When(state=WAITING, then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(
        recommendations()
        .filter(cycle=cycle)
        .order_by(waits, Case(*kinds, default=Value(9), output_field=IntegerField()), "pk")
    )


def waiting_of(cycle: Cycle) -> int:
    """Return how many recommendations of a cycle nobody has decided on."""
    return int(Recommendation.objects.filter(cycle=cycle, state=WAITING).count())


def waiting_everywhere(limit: int = 5) -> list[Recommendation]:
    """Return what waits in open cycles, what is most urgent (the cycle that ends first) first."""
    return list(
        recommendations()
        .filter(state=WAITING, cycle__closed_at=None)
        .exclude(cycle__campaign__status=Campaign.Status.ABORTED)
        .order_by("cycle__ends_on", "cycle_id", "pk")[:limit]
    )


def counts_of(found: list[Recommendation]) -> str:
    """Return how many wait, in words: `3 of 5 waiting`."""
    waiting = sum(one.state == WAITING for one in found)
    if not found:
        return ""
    return (
        f"{waiting} of {len(found)} waiting"
        if waiting
        else ("decided" if len(found) == 1 else f"all {len(found)} decided")
    )


@dataclass(frozen=True)
class Shown:
    """A recommendation as a list shows it."""

    row: Recommendation
    currency: str

    @property
    def tone(self) -> str:
        """The colour of its dot."""
        return _TONES[Recommendation.Kind(self.row.kind)]

    @property
    def gain(self) -> Estimate:
        """The expected gain of margin."""
        row = self.row
        if row.gain is None:
            return Estimate.unknown(row.gain_reason or "the expected return is not known", row.n)
        return Estimate(row.gain, row.gain_low, row.gain_high, row.n)

    @property
    def frees(self) -> float | None:
        """The money still planned that retiring or moving would free."""
        value = self.row.evidence.get("frees")
        return float(value) if value else None

    @property
    def against(self) -> str:
        """What a hold is worth more than: ` against retiring it`; empty of other advice."""
        instead = self.row.evidence.get("instead")
        return f" against {instead['against']}" if isinstance(instead, dict) else ""

    @property
    def evidence_line(self) -> str:
        """What it frees and is expected to gain, in one small line."""
        parts = []
        if self.frees is not None and self.row.kind != Recommendation.Kind.REFRESH:
            parts.append(f"frees {money(self.frees, self.currency)}")
        gain = self.gain
        if self.row.kind == Recommendation.Kind.TEST:
            parts.append("no gain estimated before the test")
        elif gain.value is None:
            parts.append(f"gain not known: {gain.reason}")
        else:
            each = " per opportunity" if self.row.kind == Recommendation.Kind.PRICE else ""
            sign = "+" if gain.value > 0 else ""
            line = f"expected {sign}{money(gain.value, self.currency)}{each}{self.against}"
            if gain.low is not None and gain.high is not None:
                low, high = (money(end, self.currency) for end in (gain.low, gain.high))
                line += f" ({percent(gain.level)}: {low} to {high})"
            parts.append(line)
        return ", ".join(parts)

    @property
    def after(self) -> Estimate:
        """How margin less spend changed a month after the decision."""
        return after_of(self.row)

    @property
    def decision(self) -> Decision | None:
        """The decision that holds, None while it waits."""
        history: list[Decision] = getattr(self.row, "history", [])
        return history[0] if history else None


def after_of(row: Recommendation) -> Estimate:
    """Return how margin less spend changed a month after a decision, or why that is not known."""
    if row.after is None:
        return Estimate.unknown(row.after_reason or "it has not been scored yet")
    return Estimate(row.after, row.after_low, row.after_high, row.after_n, row.after_reason)


def earlier_decisions(cycle: Cycle, limit: int = 8) -> list[Recommendation]:
    """Return what was decided in the campaign's cycle before, for what came of it to be seen."""
    before = cycle_before(cycle)
    if before is None:
        return []
    found = recommendations().filter(cycle=before).exclude(decided_at=None)
    return list(found.order_by("decided_at", "pk")[:limit])


def shown(found: list[Recommendation], currency: str) -> list[Shown]:
    """Return recommendations as lists show them."""
    return [Shown(row, currency) for row in found]


@dataclass(frozen=True)
class Evidence:
    """One line of a recommendation's evidence."""

    label: str
    estimate: Estimate
    kind: str = "number"


_LINES = {
    "decline": ("Efficacy lost", "percent"),
    "half_life": ("Half-life, in months", "number"),
    "uplift": ("Change in win rate per discount step", "points"),
    "margin_cost": ("Margin given away per opportunity", "money"),
    "net_margin_per_opportunity": ("Net margin effect per opportunity", "money"),
    "price_dependence": ("Price dependence", "percent"),
    "dip": ("Observed drop in deals per touch", "percent"),
    "dip_without_season": ("Drop relative to other programs", "percent"),
    "next_margin": ("Return on the next unit of spend", "times"),
    "saturation": ("Exposure exponent (1 means no saturation)", "number"),
}


def evidence_of(row: Recommendation, currency: str) -> list[Evidence]:
    """Return the figures that a recommendation rests on, each with its interval and sample."""
    held = row.evidence
    lines = [
        Evidence(label, _read(held[name]), currency if kind == "money" else kind)
        for name, (label, kind) in _LINES.items()
        if isinstance(held.get(name), dict)
    ]
    for name, label in (("romi", "Return"), ("romi_difference", "Difference in return")):
        by_model = held.get(name)
        if isinstance(by_model, dict):
            ways = [(OWN, OWN_LABEL), *AttributionModel.choices]
            lines += [
                Evidence(f"{label}: {name}", _read(by_model[way]), "times")
                for way, name in ways
                if isinstance(by_model.get(way), dict)
            ]
    return lines


def _read(held: Mapping[str, Any]) -> Estimate:
    value = held.get("value")
    if value is None:
        return Estimate.unknown(str(held.get("reason") or "not measured"))
    reason = str(held.get("reason") or "")
    return Estimate(value, held.get("low"), held.get("high"), int(held.get("n") or 0), reason)
