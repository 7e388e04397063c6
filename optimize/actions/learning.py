"""What a cycle taught becomes findings that the next one decides on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count

from execute.models import DealDriver, Outcome
from execute.queries.deals import deals, of_campaign
from insight.actions.findings import record_finding
from insight.models import Finding
from ipeo import tenancy
from ipeo.models import Cycle, Membership
from ipeo.navigation import link
from ipeo.numerics.estimates import Estimate, rate
from ipeo.templatetags.figures import figure, money, percent, points
from optimize.models import Decision, Recommendation
from optimize.numerics.figures import Figures
from optimize.queries.evidence import standings_of
from optimize.queries.fits import discount_fit, wears
from optimize.queries.measures import Slice, by_program, key_figures
from optimize.queries.recommendations import recommendations_of
from plan.actions.forecasts import score_forecast
from plan.models import Forecast, Objective, Program
from plan.queries.budget import approved_scenario

HOLDS_FOR = timedelta(days=365)
TIRED_FOR = timedelta(days=180)
DRIVERS = 3

_Record = Callable[..., Finding]


def record_learnings(cycle: Cycle, following: Cycle | None, by: Membership | None) -> None:
    """Record what a closing cycle taught; each learning once, however often this is called.

    Does nothing while the cycle only moves between stages.
    """
    if following is None:
        return

    def record(kind: str, subject_key: str, statement: str, **more: Any) -> Finding:
        more.setdefault("expires_on", cycle.ends_on + HOLDS_FOR)
        return record_finding(
            cycle=cycle,
            kind=kind,
            subject_key=subject_key,
            statement=statement[:300],
            carried_into=following,
            by=by,
            **more,
        )

    _wear(cycle, record)
    _returns(cycle, record)
    _drivers(cycle, record)
    _price(cycle, record)
    _decisions(cycle, record)
    _forecasts(cycle, record)


def confidence_of(estimate: Estimate) -> str:
    """Return how sure a figure is: by its sample, and how wide its interval is for its size."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return str(Finding.Confidence.LOW)
    reach = (estimate.high - estimate.low) / 2
    relative = reach / abs(estimate.value) if estimate.value else float("inf")
    if estimate.n >= 100 and relative <= 0.35:
        return str(Finding.Confidence.HIGH)
    if estimate.n >= 30 and relative <= 1.0:
        return str(Finding.Confidence.MEDIUM)
    return str(Finding.Confidence.LOW)


def _fact(label: str, estimate: Estimate, kind: str, period: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"label": label, "kind": kind, **estimate.as_dict()}
    return told | ({"period": period} if period else {})


def _days(cycle: Cycle) -> str:
    return f"{cycle.starts_on} to {cycle.ends_on}"


def _wear(cycle: Cycle, record: _Record) -> None:
    programs = {one.pk: one for one in Program.objects.filter(campaign=cycle.campaign_id)}
    for program_id, fit in wears(list(programs)).items():
        wear, program = fit.wear, programs[program_id]
        if not wear.tiring or fit.changed_on is None or fit.changed_between is None:
            continue
        first, last = fit.changed_between
        record(
            "wear",
            f"program-{program_id}",
            f"{program.name} has been wearing out since {fit.changed_on:%B %Y}: it lost "
            f"{percent(wear.decline.value)} of its efficacy and halves every "
            f"{figure(wear.half_life, 'number')} months",
            detail=f"The decline began between {first:%B %Y} and {last:%B %Y} (80% interval). "
            f"A steady program would look like this in {percent(wear.p_value, 1)} of cases.",
            evidence={
                "facts": [
                    _fact("Efficacy lost", wear.decline, "percent"),
                    _fact("Half-life, in months", wear.half_life, "number"),
                    {"label": "Decline began", "value": f"{fit.changed_on:%B %Y}"},
                ]
            },
            evidence_url=link("optimize:program", program_id),
            confidence=confidence_of(wear.decline),
            expires_on=cycle.ends_on + TIRED_FOR,
        )


def _returns(cycle: Cycle, record: _Record) -> None:
    for one in standings_of(cycle):
        known = [(name, romi) for name, romi in one.returns if romi.has_interval]
        if not known:
            continue
        low = min(known, key=lambda pair: pair[1].value or 0.0)
        first = one.figures.romi
        shown = first if first.has_interval else low[1]
        # Where the models disagree about gain or loss, the sign is not known.
        agrees = len({(romi.value or 0) > 0 for _, romi in known}) == 1
        record(
            "return",
            f"program-{one.program.pk}",
            f"{one.program.name} returned {figure(shown.value, 'times')} its spend in margin, "
            f"after its cost (80% interval {figure(shown.low, 'times')} to "
            f"{figure(shown.high, 'times')}, {shown.n} deals)",
            detail=""
            if agrees
            else "The ways to credit deals disagree about whether it gained or lost: test it.",
            evidence={"facts": [_fact(name, romi, "times") for name, romi in one.returns]},
            evidence_url=link("optimize:program", one.program.pk),
            confidence=confidence_of(shown) if agrees else Finding.Confidence.LOW,
        )


def _drivers(cycle: Cycle, record: _Record) -> None:
    lost = deals().filter(
        of_campaign(cycle.campaign_id),
        outcome=Outcome.LOST,
        closed_date__range=(cycle.starts_on, cycle.ends_on),
    )
    said = DealDriver.objects.filter(deal__in=lost.order_by().values("pk"))
    asked = said.values("deal").distinct().count()
    counted = (
        said.values("driver", "driver__name")
        .annotate(count=Count("deal", distinct=True))
        .order_by("-count", "driver")[:DRIVERS]
    )
    for line in counted:
        share = rate(line["count"], asked)
        record(
            "loss_driver",
            f"driver-{line['driver']}",
            f"{line['driver__name']} decided {percent(share.value)} of the deals that were lost "
            f"({line['count']} of {asked} with a reason)",
            detail="As the reps told it.",
            evidence={"facts": [_fact("Share of lost deals", share, "percent", _days(cycle))]},
            evidence_url=f"{link('execute:deals')}?outcome=lost&campaign={cycle.campaign_id}",
            confidence=confidence_of(share),
        )


def _price(cycle: Cycle, record: _Record) -> None:
    fit = discount_fit()
    if fit is None or not fit.bought.has_interval:
        return
    currency = tenancy.current_workspace().currency
    cost = f" and gave away {money(fit.cost.value, currency)} of margin" if fit.cost.known else ""
    facts = [_fact(f"Win rate bought by {fit.points} points", fit.bought, "points")]
    facts.append(_fact("Margin given away", fit.cost, currency))
    facts.append(_fact("Margin an opportunity, all told", fit.effect.net_margin, currency))
    low, high = points(fit.bought.low), points(fit.bought.high)
    record(
        "price",
        "workspace",
        f"Five points of discount bought {points(fit.bought.value)} of win rate (80 % "
        f"interval {low} to {high}, {fit.effect.n} closed deals){cost}",
        detail="Deals that got a discount may differ in ways the records do not show.",
        evidence={"facts": facts},
        evidence_url=f"{link('optimize:cycle', cycle.pk)}#price",
        confidence=Finding.Confidence.HIGH
        if fit.effect.n >= 1000
        else Finding.Confidence.MEDIUM
        if fit.effect.n >= 200
        else Finding.Confidence.LOW,
    )


def _decisions(cycle: Cycle, record: _Record) -> None:
    for row in recommendations_of(cycle):
        if row.state == Recommendation.State.WAITING:
            continue
        history: list[Decision] = getattr(row, "history", [])
        held = history[0] if history else None
        because = f": {held.reason}" if held is not None and held.reason else ""
        gain = (
            Estimate.unknown(row.gain_reason or "not known", row.n)
            if row.gain is None
            else Estimate(row.gain, row.gain_low, row.gain_high, row.n)
        )
        record(
            "decision",
            f"recommendation-{row.pk}",
            f"{row.get_state_display()}: {row.title}{because}",
            detail=row.text,
            evidence={
                "facts": [
                    _fact("Expected gain of margin", gain, tenancy.current_workspace().currency)
                ]
            },
            evidence_url=link("optimize:recommendation", row.pk),
            confidence=confidence_of(gain),
        )


_ACTUALS: dict[str, Callable[[Figures], Decimal | float | None]] = {
    Objective.Metric.WON_MARGIN: lambda held: held.margin_amount,
    Objective.Metric.NET_AMOUNT: lambda held: held.net_amount,
    Objective.Metric.NEW_CUSTOMERS: lambda held: held.new_customers,
    Objective.Metric.WIN_RATE: lambda held: held.win_rate.value,
    Objective.Metric.PIPELINE: lambda held: held.sourced_pipeline_amount,
    Objective.Metric.VALUE_SHARE: lambda held: (
        None if held.price_dependence.value is None else 1 - held.price_dependence.value
    ),
}
_KINDS = {
    Objective.Metric.NEW_CUSTOMERS: "count",
    Objective.Metric.WIN_RATE: "percent",
    Objective.Metric.VALUE_SHARE: "percent",
}


def _forecasts(cycle: Cycle, record: _Record) -> None:
    scenario = approved_scenario(cycle)
    if scenario is None:
        return
    whole = key_figures(Slice(cycle=cycle))
    programs = {one.program.pk: one.figures for one in by_program(Slice(cycle=cycle))}
    currency = tenancy.current_workspace().currency
    for row in Forecast.objects.filter(scenario=scenario).select_related("program").order_by("pk"):
        held = whole if row.program_id is None else programs.get(row.program_id)
        actual = None if held is None else _ACTUALS[row.metric](held)
        if actual is None or row.expected is None:
            continue
        row = score_forecast(forecast=row, actual=actual)
        if row.program_id is not None or row.low is None or row.high is None:
            continue
        came, low, high = float(row.actual or 0), float(row.low), float(row.high)
        kind = _KINDS.get(Objective.Metric(row.metric), f"{currency}:short")
        where = "above it" if came > high else "below it" if came < low else "within it"
        expected = Estimate(float(row.expected or 0), low, high, int(row.rests_on.get("n") or 0))
        record(
            "forecast",
            row.metric,
            f"{row.get_metric_display()} came to {figure(came, kind)}: the forecast "
            f"was {figure(expected, kind)} (80% interval {figure(expected.low, kind)} to "
            f"{figure(expected.high, kind)}), and it ended {where}",
            evidence={
                "facts": [
                    _fact("Forecast at approval", expected, kind, _days(cycle)),
                    _fact("Became true", Estimate.exact(came), kind, _days(cycle)),
                ]
            },
            evidence_url=link("plan:scenario", scenario.pk),
            confidence=Finding.Confidence.HIGH,
        )
