"""Advice follows the measurement, and people decide on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from ipeo import tenancy
from ipeo.database.holding import hold
from ipeo.models import Cycle, Membership
from ipeo.templatetags.figures import money, money_exact, money_short, percent, points, short_day
from optimize.models import Decision, Fit, Recommendation
from optimize.numerics.advice import advise
from optimize.numerics.evidence import Advice, ProgramEvidence
from optimize.numerics.holds import holding
from optimize.queries.evidence import evidence_for
from optimize.queries.fits import WORKSPACE, DiscountFit, WearFit, discount_fit, wears


class AlreadyDecided(Exception):
    """Somebody else has decided meanwhile; `decision` is what they decided."""

    def __init__(self, decision: Decision) -> None:
        verb = {"accepted": "accepted", "rejected": "rejected", "later": "put off"}
        because = f", because “{decision.reason}”" if decision.reason else ""
        who = decision.by or "Someone"
        super().__init__(f"{who} has {verb[decision.decision]} this in the meantime{because}.")
        self.decision = decision


class ReasonMissing(Exception):
    """Rejecting a recommendation needs a reason."""


class CycleIsClosed(Exception):
    """A cycle that is over takes no more decisions."""


@transaction.atomic
def refresh_recommendations(
    *, cycle: Cycle, now: datetime | None = None, on: date | None = None
) -> list[Recommendation]:
    """Bring a cycle's advice up to what is measured; return what it now recommends.

    What waits is rewritten, or removed where the evidence no longer carries it; what was decided
    stays as it was when it was decided.
    """
    now = now or timezone.now()
    # It may have been closed while this waited for it.
    cycle = hold(Cycle, cycle.pk, "campaign")
    if cycle.closed_at is not None:
        return []
    currency = tenancy.current_workspace().currency
    programs = evidence_for(cycle, on)
    price = discount_fit()
    advice = advise(
        programs,
        discount=price.effect if price else None,
        money=lambda amount: money(amount, currency),
    )
    by_key = {one.key: one for one in programs}
    fits = wears([int(one.key) for one in programs])
    kept = []
    held = {
        (row.kind, row.subject_key): row
        for row in Recommendation.objects.select_for_update().filter(cycle=cycle)
    }
    for one in advice:
        subject = one.subject_key or WORKSPACE
        row = held.get((one.kind, subject)) or Recommendation(
            cycle=cycle, kind=one.kind, subject_key=subject, created_at=now
        )
        kept.append((one.kind, subject))
        if row.state != Recommendation.State.WAITING:
            continue
        about = by_key.get(one.subject_key)
        fit = fits.get(int(one.subject_key)) if one.subject_key else None
        _fill(row, one, about, _summary(one, fit, price, currency), currency)
        row.updated_at = now
        row.save()
    for place, row in held.items():
        if row.state == Recommendation.State.WAITING and place not in kept:
            row.delete()
    says = "" if advice else holding(programs)
    Fit.objects.update_or_create(
        kind=Fit.Kind.HOLDING,
        subject_key=str(cycle.pk),
        defaults={"result": {"says": says}, "fitted_at": now},
    )
    return list(Recommendation.objects.filter(cycle=cycle).order_by("pk"))


def refresh_all_recommendations(*, now: datetime | None = None) -> int:
    """Bring the advice of every open cycle up to date; return how many cycles there are."""
    cycles = list(Cycle.objects.filter(closed_at=None).select_related("campaign").order_by("pk"))
    for cycle in cycles:
        refresh_recommendations(cycle=cycle, now=now)
    return len(cycles)


@transaction.atomic
def decide(
    *,
    recommendation: Recommendation,
    decision: str,
    reason: str = "",
    by: Membership | None,
    seen: datetime | None = None,
    now: datetime | None = None,
) -> Decision:
    """Decide on a recommendation; the earlier decisions stay in its history.

    `seen` is when the decision that the person saw was taken, None where they saw none. Raises
    `AlreadyDecided` where another was taken since, `ReasonMissing`, or `CycleIsClosed`;
    `ValueError` for what is no decision.
    """
    if decision not in Decision.Choice.values:
        raise ValueError(f"“{decision}” is not a valid decision.")
    now, reason = now or timezone.now(), reason.strip()
    row = hold(Recommendation, recommendation.pk, "cycle__campaign")
    if row.cycle.closed_at is not None:
        raise CycleIsClosed(f"{row.cycle} is closed.")
    if row.decided_at is not None and row.decided_at != seen:
        raise AlreadyDecided(row.decisions.select_related("by__user").order_by("-at", "-pk")[0])
    if decision == Decision.Choice.REJECTED and not reason:
        raise ReasonMissing("Enter a reason. The next cycle will need it.")
    made = Decision.objects.create(
        recommendation=row, decision=decision, reason=reason, by=by, at=now
    )
    row.state, row.decided_at = decision, now
    row.save(update_fields=["state", "decided_at"])
    return made


def _fill(
    row: Recommendation,
    advice: Advice,
    about: ProgramEvidence | None,
    summary: str,
    currency: str,
) -> None:
    gain = advice.expected_gain
    row.route, row.title, row.text, row.summary = advice.route, advice.title, advice.text, summary
    row.program_id = int(advice.subject_key) if advice.subject_key else None
    row.gain, row.gain_low, row.gain_high = gain.value, gain.low, gain.high
    row.gain_reason, row.n = gain.reason, gain.n
    row.evidence = dict(advice.evidence)
    if about is not None and advice.kind in {"retire", "refresh", "hold"}:
        if about.spend_remaining and advice.kind != "hold":
            row.evidence["frees"] = round(about.spend_remaining, 2)
        row.evidence["romi"] = {model: e.as_dict() for model, e in about.romi.items()}
        if about.price_dependence is not None:
            row.evidence["price_dependence"] = about.price_dependence.as_dict()


_HOPES = {
    "product": "Renew the offer itself.",
    "channel": "Take it to another channel.",
    "audience": "Take it to a new audience.",
    "program": "Renew its message and creative first.",
    "technology": "Fix the handoff to sales first.",
}


def _summary(advice: Advice, fit: WearFit | None, price: DiscountFit | None, currency: str) -> str:
    """Return why, in the one or two sentences that a card has room for."""
    held = advice.evidence
    if advice.short:
        return advice.short[:400]
    if "decline" in held and fit is not None and fit.changed_on is not None:
        lost = f"Efficacy fell {percent(fit.wear.decline.value)} since {fit.changed_on:%B %Y}"
        on = fit.break_even_on
        if on is not None and on > fit.months[-1]:
            lost += f" and will pass break-even about {short_day(on)}"
        elif on is not None:
            lost += f" and passed break-even about {on:%B %Y}"
        return f"{lost}. {_HOPES[advice.route]}"
    if "romi_difference" in held:
        gaps = _known(held["romi_difference"])
        if advice.kind == "test":
            ahead = sum(gap > 0 for gap in gaps)
            return (
                f"It looks better under {ahead} of {len(gaps)} models, and not all are "
                "certain. Hold one of the two back for part of the audience first."
            )
        unit = "a dollar" if currency == "USD" else f"one {currency}"
        return (
            f"All models agree: {unit} there returned at least "
            f"{money_exact(min(gaps), currency)} more. A fifth of what is still planned would move."
        )
    if "romi" in held:
        best = max(_known(held["romi"]))
        return (
            f"It returns less than it costs under every model, {percent(best)} of "
            "its spend at best."
        )
    if price is not None and advice.kind == "price":
        low, high = price.bought.low, price.bought.high
        chance = low is not None and high is not None and low <= 0 <= high
        return (
            f"Five points off {_bought(price.bought.value, chance)} and gave away "
            f"{money_short(price.cost.value, currency)} of margin."
        )
    return advice.text[:400]


def _bought(value: float | None, chance: bool) -> str:
    if value is None or chance:
        return f"did not change win rate beyond chance ({points(value)})"
    if value < 0:
        return f"came with a win rate {points(-value)} lower"
    return f"bought {points(value)} of win rate"


def _known(by_model: Any) -> list[float]:
    if not isinstance(by_model, Mapping):
        return []
    values = [one.get("value") for one in by_model.values()]
    return [float(value) for value in values if value is not None]
