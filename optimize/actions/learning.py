"""What a cycle taught becomes findings that the next one decides on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from execute.models import DealDriver, Outcome
from execute.queries.deals import deals, of_campaign
from insight.actions.findings import record_finding
from insight.models import Finding
from ipeo import tenancy
from ipeo.models import Cycle, Membership
from ipeo.navigation import link
from ipeo.numerics.estimates import LEVEL, Estimate, rate
from ipeo.templatetags.figures import day, figure, money, percent, points
from optimize.actions.scoring import score_forecasts
from optimize.actions.snapshots import keep_snapshot
from optimize.models import Decision, Experiment, Recommendation
from optimize.queries.evidence import standings_of
from optimize.queries.fits import discount_fit, wears
from optimize.queries.pacing import calibration, score_of
from optimize.queries.readings import Reading
from optimize.queries.recommendations import after_of, recommendations_of
from optimize.queries.snapshots import experiment_now, wear_now
from optimize.queries.verdicts import told
from plan.models import Forecast, Program
from plan.queries.budget import approved_scenario
from plan.queries.objectives import kind_of

HOLDS_FOR = timedelta(days=365)
TIRED_FOR = timedelta(days=180)
DRIVERS = 3

_Record = Callable[..., Finding]


def record_learnings(cycle: Cycle, following: Cycle | None, by: Membership | None) -> None:
    """Record what a closing cycle taught; each learning once, however often this is called.

    Each is linked to its evidence as it was then, which never moves again.
    Does nothing while the cycle only moves between stages.
    """
    if following is None:
        return

    def record(
        kind: str,
        subject_key: str,
        statement: str,
        *,
        evidence: dict[str, Any],
        evidence_url: str = "",
        drawn: dict[str, Any] | None = None,
        **more: Any,
    ) -> Finding:
        more.setdefault("expires_on", cycle.ends_on + HOLDS_FOR)
        kept = keep_snapshot(
            cycle=cycle,
            kind=kind,
            subject_key=subject_key,
            title=statement[:300],
            content={
                "facts": evidence.get("facts", []),
                "detail": more.get("detail", ""),
                "now": evidence_url,
                **(drawn or {}),
            },
        )
        return record_finding(
            evidence=evidence,
            evidence_url=link("optimize:snapshot", kept.pk),
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
    _experiments(cycle, record)
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
    if estimate.level != LEVEL:
        told["level"] = estimate.level
    return told | ({"period": period} if period else {})


def _days(cycle: Cycle) -> str:
    return f"{day(cycle.starts_on)} to {day(cycle.ends_on)}"


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
            f"A steady program would show this in {percent(wear.p_value, 1)} of cases.",
            evidence={
                "facts": [
                    _fact("Efficacy lost", wear.decline, "percent"),
                    _fact("Half-life, in months", wear.half_life, "number"),
                    {"label": "Decline began", "value": f"{fit.changed_on:%B %Y}"},
                ]
            },
            evidence_url=link("optimize:program", program_id),
            drawn={"wear": wear_now(fit)},
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
            else "Attribution models disagree on whether it gained or lost: test it.",
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
            detail="According to reps.",
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
    facts.append(_fact("Net margin effect per opportunity", fit.effect.net_margin, currency))
    low, high = points(fit.bought.low), points(fit.bought.high)
    record(
        "price",
        "workspace",
        f"{fit.says}{cost}. The 80% interval of the win rate is {low} to {high}, from "
        f"{fit.effect.n} closed deals",
        detail="Discounted deals may differ in ways the records do not show.",
        evidence={"facts": facts},
        evidence_url=f"{link('optimize:cycle', cycle.pk)}#price",
        confidence=Finding.Confidence.HIGH
        if fit.effect.n >= 1000
        else Finding.Confidence.MEDIUM
        if fit.effect.n >= 200
        else Finding.Confidence.LOW,
    )


def _experiments(cycle: Cycle, record: _Record) -> None:
    """Record the tests that were stopped in the cycle, whatever they found."""
    stopped = Experiment.objects.filter(state=Experiment.State.STOPPED, finding=None).filter(
        Q(cycle=cycle)
        | Q(cycle=None, stopped_at__date__range=(cycle.starts_on, cycle.ends_on))
        & (Q(program=None) | Q(program__campaign=cycle.campaign_id))
    )
    sure = {"treated": Finding.Confidence.HIGH, "control": Finding.Confidence.HIGH}
    for row in stopped.order_by("pk"):
        held = Reading.kept(row.result)
        if held.value is None or held.low is None or held.high is None:
            lift = Estimate.unknown(held.reason or "the test gave no result")
        else:
            size = held.n_control + held.n_treated
            lift = Estimate(held.value, held.low, held.high, size, level=held.level)
        looks = "once, at the planned end" if held.is_read_once else "at every look"
        facts = [
            _fact("Lift", lift, "percent:1", f"{day(row.starts_on)} to {day(held.through)}"),
            {"label": "Interval", "value": f"{held.level:.0%}, valid {looks}"},
            {"label": "Treated", "value": row.treatment},
            {"label": "Decision", "value": row.get_decision_display()},
        ]
        made = record(
            "experiment",
            f"experiment-{row.pk}",
            f"Test “{row.name}”: {told(row, held)}",
            detail=row.reason,
            evidence={"facts": facts},
            evidence_url=link("optimize:experiment", row.pk),
            drawn={"experiment": experiment_now(row)} if held.series else None,
            confidence=sure.get(held.verdict, Finding.Confidence.MEDIUM)
            if held.verdict != "broken"
            else Finding.Confidence.LOW,
        )
        row.finding = made
        row.save(update_fields=["finding"])


def _decisions(cycle: Cycle, record: _Record) -> None:
    currency = tenancy.current_workspace().currency
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
                    _fact("Expected margin gain", gain, currency),
                    _fact("Monthly margin minus spend since", after_of(row), currency),
                ]
            },
            evidence_url=link("optimize:recommendation", row.pk),
            confidence=confidence_of(gain),
        )


def _forecasts(cycle: Cycle, record: _Record) -> None:
    scenario = approved_scenario(cycle)
    if scenario is None:
        return
    for row in score_forecasts(cycle=cycle):
        if row.program_id is not None or row.low is None or row.high is None:
            continue
        came, low, high = float(row.actual or 0), float(row.low), float(row.high)
        kind = kind_of(row.metric)
        where = "above" if came > high else "below" if came < low else "within"
        expected = Estimate(float(row.expected or 0), low, high, int(row.rests_on.get("n") or 0))
        record(
            "forecast",
            row.metric,
            f"{row.get_metric_display()} came to {figure(came, kind)}: the forecast "
            f"was {figure(expected, kind)} (80% interval {figure(expected.low, kind)} to "
            f"{figure(expected.high, kind)}). It ended {where} the interval",
            evidence={
                "facts": [
                    _fact("Forecast at approval", expected, kind, _days(cycle)),
                    _fact("Actual", Estimate.exact(came), kind, _days(cycle)),
                    *_scored(row),
                ]
            },
            evidence_url=link("plan:scenario", scenario.pk),
            confidence=Finding.Confidence.HIGH,
        )


def _scored(row: Forecast) -> list[dict[str, Any]]:
    """How the forecast did, and how often forecasts of this campaign held what came."""
    held = score_of(row)
    facts = []
    if held is not None:
        own = Estimate.exact(held.interval_score)
        facts.append(_fact("Interval score, lower is better", own, held.score_kind))
        if held.crps is not None:
            facts.append(_fact("CRPS, lower is better", Estimate.exact(held.crps), held.score_kind))
    often = calibration(row.scenario.cycle).inside
    return [*facts, _fact("Forecast intervals that contained the result, so far", often, "percent")]
