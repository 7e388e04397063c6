"""Response curves fitted to the workspace's weeks in the background, and recorded in Insight."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from insight.actions.curves import record_curves
from insight.models import ResponseCurve
from insight.numerics.curves import contribution
from ipeo.actions.runs import WorkRefused, queue_run
from ipeo.models import Membership, Run
from ipeo.numerics.estimates import LEVEL
from ipeo.runs import Report
from optimize.models import Experiment
from optimize.queries.experiments import lifts
from optimize.queries.weekly import WeeklyFacts, curves_are_behind, weekly_facts

if TYPE_CHECKING:
    from optimize.numerics.curves import ChannelCurve, CurveFit, Lift

Floats = npt.NDArray[np.float64]

KIND = "curves"
RECENT = 13
WEEK = timedelta(days=6)
KEPT = 300
"""Draws that are stored of each curve: enough for an interval, and quick to read."""
POINTS = 41
_DIGITS = 6
_UNMOVED = "Not enough data: the weeks so far barely change the starting assumptions."
_UNSEEN = (
    "Not enough data: it was spent on only in the first weeks, which spend from before them blurs."
)
_DISAGREES = (
    "Not known: the weeks allow of answers too unlike one another for the fit to settle on one."
)


def request_curves(*, by: Membership | None = None) -> Run:
    """Queue a fit of the scope's workspace; while one waits, that one is returned."""
    return queue_run(kind=KIND, title="Fit response curves", by=by, only_one=KIND)


def request_curves_where_behind() -> Run | None:
    """Queue a fit where a week has ended since the last one; None where none has."""
    return request_curves() if curves_are_behind() else None


def perform(run: Run, report: Report) -> dict[str, Any]:
    """Do a queued fit: what the run's kind is registered with."""
    report(0, 2, "Reading weekly data")
    facts = weekly_facts()
    report(1, 2, "Fitting the curves")
    curves = fit_curves(facts, lifts=tested(facts))
    if not curves:
        raise WorkRefused("No spend by channel is recorded yet, so there is no curve to fit.")
    return {"curves": len(curves), "informed": sum(curve.is_informed for curve in curves)}


def tested(facts: WeeklyFacts) -> list[Lift]:
    """Return what finished tests found of channels, where they counted what the curves count.

    Those treated are taken for all on whom the channel's money was spent while the test ran. A
    test outside the weeks, or of some regions only, tells nothing of the whole.
    """
    from optimize.numerics.curves import Lift

    counted = {
        ResponseCurve.Outcome.MARGIN: Experiment.Metric.MARGIN_AMOUNT,
        ResponseCurve.Outcome.NET: Experiment.Metric.NET_AMOUNT,
    }.get(ResponseCurve.Outcome(facts.kind))
    places = {channel: place for place, (channel, _) in enumerate(facts.channels)}
    found = []
    for one in lifts():
        inside = [
            week
            for week, monday in enumerate(facts.mondays)
            if one.start <= monday + WEEK and monday <= one.end
        ]
        known = inside and facts.mondays[0] <= one.start
        if one.metric == counted and one.channel_id in places and known and not one.regions:
            found.append(Lift(places[one.channel_id], inside[0], inside[-1] + 1, one.lift, one.se))
    return found


def fit_curves(
    facts: WeeklyFacts | None = None, *, lifts: Sequence[Lift] = (), on: date | None = None
) -> list[ResponseCurve]:
    """Fit every channel that was spent on and record the curves; return them.

    `lifts` are results of finished tests, by the channel's place in `facts.channels`. Where the
    weeks cannot carry a fit, curves without draws are recorded that say why.
    """
    # Compiled code: loaded where it is used.
    from optimize.numerics.curves import NotEnough, Weeks, fit, unseen

    facts = facts or weekly_facts(on=on)
    spent_on = [k for k in range(len(facts.channels)) if facts.spend[k].any()]
    if not spent_on:
        return []
    used = [k for k in spent_on if facts.spend[k, unseen(facts.spend.shape[1]) :].any()]
    key = uuid.uuid4()
    rest = [_row(facts, k, key, reason=_UNSEEN) for k in spent_on if k not in used]
    if not used:
        return record_curves(curves=rest)
    place = {k: i for i, k in enumerate(used)}
    try:
        found = fit(
            Weeks(
                outcome=facts.outcome[None],
                spend=np.ascontiguousarray(facts.spend[used])[None],
                season=facts.season,
                lifts=[
                    type(lift)(**{**asdict(lift), "channel": place[lift.channel]})
                    for lift in lifts
                    if lift.channel in place
                ],
            ),
            level=LEVEL,
        )
    except NotEnough as lack:
        reason = f"Not enough data: {lack}."
        return record_curves(curves=[_row(facts, k, key, reason=reason) for k in used] + rest)
    rows = [
        _fitted(_row(facts, k, key), found, one)
        for k, one in zip(used, found.channels, strict=True)
    ]
    return record_curves(curves=rows + rest)


def _row(facts: WeeklyFacts, k: int, key: uuid.UUID, reason: str = "") -> ResponseCurve:
    spend = facts.spend[k]
    return ResponseCurve(
        channel_id=facts.channels[k][0],
        fit_key=key,
        outcome=facts.kind,
        is_informed=not reason,
        reason=reason,
        first_week=facts.mondays[0],
        last_week=facts.mondays[-1],
        weeks=len(facts.mondays),
        weeks_with_spend=int((spend > 0).sum()),
        spend_amount=_money(spend.sum()),
        weekly_spend_amount=_money(spend[-RECENT:].mean()),
        diagnostics={"most_spent": float(spend.max())},
        fitted_at=timezone.now(),
    )


def _fitted(row: ResponseCurve, fit: CurveFit, one: ChannelCurve) -> ResponseCurve:
    row.is_informed = one.is_informed and fit.agrees
    row.reason = "" if row.is_informed else _UNMOVED if fit.agrees else _DISAGREES
    row.diagnostics |= {
        "rhat": fit.rhat,
        "effective_draws": fit.ess,
        "divergences": fit.divergences,
        "unsteady_weeks": fit.unsteady,
        "seconds": round(fit.seconds, 2),
    }
    if not fit.agrees:
        # Of chains that tell different things, not even how far they moved is known.
        return row
    row.figures = {
        "contribution": asdict(one.contribution),
        "return": asdict(one.roas),
        "next": asdict(one.next),
        "moved": asdict(one.moved),
        "next_at": one.at,
        "level": fit.level,
    }
    row.forms = {name: round(weight, 4) for name, weight in fit.weights.items()}
    # The same places of every channel: draw i of one belongs to draw i of the other.
    places = np.linspace(0, len(one.draws) - 1, min(KEPT, len(one.draws))).round().astype(int)
    row.figures["curve"] = _drawn(one.draws, row, fit.level)
    row.draws = [[float(f"{value:.{_DIGITS}g}") for value in draw] for draw in one.draws[places]]
    return row


def _drawn(draws: Floats, row: ResponseCurve, level: float) -> dict[str, list[float]]:
    """Return the curve as it is drawn: weekly spends, the median and the ends of the band."""
    top = float(row.diagnostics["most_spent"])
    spends = np.linspace(0.0, top, POINTS)
    brought = contribution(draws, spends)
    ends = np.quantile(brought, [0.5, (1 - level) / 2, (1 + level) / 2], axis=0)
    lines = dict(zip(("spend", "mid", "low", "high"), (spends, *ends), strict=True))
    return {name: [float(f"{value:.5g}") for value in line] for name, line in lines.items()}


def _money(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")
