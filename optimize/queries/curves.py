"""Response curves as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from insight.models import ResponseCurve
from insight.queries.curves import current_curves, history_of
from ipeo.models import Run
from ipeo.numerics.estimates import Estimate
from optimize.queries.weekly import curves_are_behind

KIND = "curves"
_WORDS = {"geometric": "At once", "delayed": "Delayed", "hill": "Hill", "logistic": "logistic"}


@dataclass(frozen=True)
class Curve:
    """A channel's curve and its figures; unknown ones say why."""

    row: ResponseCurve
    contribution: Estimate
    gained: Estimate
    following: Estimate
    moved: Estimate
    spend_now: float
    next_at: float
    drawn: Mapping[str, list[float]] | None

    @property
    def is_drawn(self) -> bool:
        """Whether there is a curve to look at."""
        return self.drawn is not None

    @property
    def is_told(self) -> bool:
        """Whether there is a curve that says more than was assumed."""
        return self.is_drawn and self.row.is_informed

    @property
    def doubt(self) -> str:
        """What the reason for showing no figure begins with: too few data, or not known."""
        return self.row.reason.partition(":")[0]

    @property
    def forms(self) -> list[tuple[str, float]]:
        """The forms with weight in words, the heaviest first."""
        held = [(_in_words(name), weight) for name, weight in self.row.forms.items() if weight]
        return sorted(held, key=lambda one: -one[1])


@dataclass(frozen=True)
class Curves:
    """All current curves, and whether a newer fit is due or under way."""

    curves: list[Curve]
    is_behind: bool
    run: Run | None

    @property
    def first(self) -> ResponseCurve | None:
        """Any of the rows: what all of a fit have in common stands on each."""
        return self.curves[0].row if self.curves else None


def curves() -> Curves:
    """Return each channel's current curve, those first whose next spend brings most."""
    return Curves(
        curves=sorted(
            (curve_of(row) for row in current_curves()),
            key=lambda one: -(one.following.value or 0.0),
        ),
        is_behind=curves_are_behind(),
        run=Run.objects.filter(kind=KIND, state__in=[Run.State.QUEUED, Run.State.RUNNING])
        .order_by("-pk")
        .first(),
    )


def earlier(channel_id: int, most: int = 12) -> list[Curve]:
    """Return a channel's curves, the latest first."""
    return [curve_of(row) for row in history_of(channel_id)[:most]]


def curve_of(row: ResponseCurve) -> Curve:
    """Return a stored curve with its figures as estimates."""
    figures = row.figures
    contribution, gained, following, moved = (
        _estimate(figures, name, row) for name in ("contribution", "return", "next", "moved")
    )
    return Curve(
        row=row,
        contribution=contribution,
        gained=gained,
        following=following,
        moved=moved,
        spend_now=float(row.weekly_spend_amount),
        next_at=float(figures.get("next_at", 0.0)),
        drawn=figures.get("curve"),
    )


def _in_words(form: str) -> str:
    """Return a form as how it acts and how it saturates."""
    return ", ".join(_WORDS.get(part, part) for part in form.split())


def _estimate(figures: Mapping[str, Any], name: str, row: ResponseCurve) -> Estimate:
    told = figures.get(name)
    # How far the data moved the prior is known even where they moved it too little.
    if not told or (name != "moved" and not row.is_informed):
        return Estimate.unknown(row.reason or "Not enough data.", n=row.weeks)
    return Estimate(
        float(told["value"]),
        float(told["low"]),
        float(told["high"]),
        row.weeks,
        level=float(figures.get("level", 0.8)),
    )
