"""From evidence to advice: stated rules, strict about chance.

- retire: a program's return is below nothing under every attribution model, or it tires, has
  passed break-even, and what is left of its return is below nothing under every model.
- refresh: it tires, but still pays. The route is the first of these that holds: most of its wins
  lean on discounts -> product; at least half of the others on its channel, and two or more, tire
  too -> channel; it has reached most of its audience -> audience; people still respond and only
  the deals fall off -> technology (the handover); else the program itself, its message and form.
- reallocate: from the lowest to the highest return, where the order holds under every model.
- price: discounts lose more margin than they win.
- test: one model shows a difference that another denies.
- hold: the figures suggest one of these, and the evidence says not to (see `holds`).

Each family of claims (returns below nothing, differences in return, wear, price) may err in
`FAMILY_ERROR` of workspaces in which nothing is going on, however many programs they have: the
error is shared out over the comparisons (Bonferroni), and intervals are widened to suit. Where
nothing holds there is no advice, and `holding` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from ipeo.numerics.estimates import Estimate, difference, from_draws
from optimize.numerics import phrases
from optimize.numerics.efficacy import Wear
from optimize.numerics.evidence import (
    FAMILY_ERROR,
    Advice,
    Money,
    ProgramEvidence,
    comparable,
    widened,
)
from optimize.numerics.holds import with_holds
from optimize.numerics.price import DiscountEffect

Floats = npt.NDArray[np.float64]

REACHED = 0.8
"""The share of an audience beyond which a tiring program is taken to have met it all."""
SHIFT = 0.2
"""The share of a program's remaining spend that one piece of advice moves."""


def advise(
    programs: Sequence[ProgramEvidence],
    *,
    discount: DiscountEffect | None = None,
    money: Money = phrases.plain,
) -> tuple[Advice, ...]:
    """All advice that the evidence carries, the surest kinds first; empty where there is none.

    `money` writes an amount in the workspace's currency.
    """
    advice = [*_returns_below_nothing(programs)]
    losing = {one.subject_key for one in advice}
    advice += _tiring(programs, losing, money)
    advice += _unclear(programs, losing)
    asked = {(one.kind, one.subject_key) for one in advice}
    advice += [one for one in _shift(programs, money) if (one.kind, one.subject_key) not in asked]
    advice += _price(discount, money)
    return tuple(with_holds(advice, programs, money))


def _returns_below_nothing(programs: Sequence[ProgramEvidence]) -> list[Advice]:
    known = comparable(programs)
    advice = []
    for p in known:
        strict = {m: widened(e, FAMILY_ERROR / len(known)) for m, e in p.romi.items()}
        if p.spend_remaining <= 0 or not all(phrases.high(e) < 0 for e in strict.values()):
            continue
        mildest = max(p.romi.values(), key=phrases.value)
        text = (
            f"{p.name} returns less margin than it costs under every attribution model: at best "
            f"{phrases.percent(mildest)} on spend, from {mildest.n} deals."
        )
        gain = mildest.scaled(-p.spend_remaining)
        title = f"Retire {p.name}"
        advice.append(Advice("retire", "program", p.key, title, text, gain, _models(p)))
    return advice


def _tiring(programs: Sequence[ProgramEvidence], done: set[str], money: Money) -> list[Advice]:
    judged = [p for p in programs if p.wear is not None and p.wear.known]
    tired = {p.key for p in judged if _wears(p.wear, len(judged))}
    advice = []
    for p in judged:
        if p.key not in tired or p.key in done or p.wear is None:
            continue
        wear = p.wear
        past = wear.break_even_at.high is not None and wear.break_even_at.high < wear.periods
        past = past and _pays_no_longer(p, wear)
        route, why = _route(p, programs, tired)
        changed = wear.changed_at or 0
        since = p.changed or f"period {changed + 1} of {wear.periods}"
        lost = f"{p.name} has lost {phrases.percent(wear.decline)} of its effect since {since}"
        chance = "less than 1%" if (wear.p_value or 0) < 0.01 else f"{wear.p_value:.0%}"
        kind = "retire" if past else "refresh"
        ending = (
            "It no longer pays for itself."
            if past
            else f"If nothing changes, it halves every {phrases.figure(wear.half_life)} "
            f"{'months' if p.months else 'periods'}."
        )
        text = f"{lost}; a steady program would show that in {chance} of cases. {ending} {why}"
        gain = _refreshed(p)
        if gain.known:
            text += f" Worth {phrases.money(gain, money)} on the remaining planned spend."
        evidence: dict[str, object] = {
            "decline": wear.decline.as_dict(),
            "half_life": wear.half_life.as_dict(),
            "break_even_at": wear.break_even_at.as_dict(),
            "p_value": wear.p_value,
            "compared": len(judged),
        }
        title = f"{'Retire' if past else 'Refresh'} {p.name}"
        advice.append(Advice(kind, route, p.key, title, text, gain, evidence))
    return advice


def _pays_no_longer(p: ProgramEvidence, wear: Wear) -> bool:
    """Whether its return, at the efficacy that is left, is below nothing under every model.

    A return is an average over the time it ran; efficacy today over that average carries it on.
    """
    returns = [e.value for e in p.romi.values() if e.value is not None]
    if not returns or not wear.mean_rate or not wear.fitted:
        return False
    left = wear.fitted[-1] / wear.mean_rate
    return max(returns) < 1 / left - 1 if left > 0 else True


def _unclear(programs: Sequence[ProgramEvidence], done: set[str]) -> list[Advice]:
    judged = sum(p.wear is not None and p.wear.known for p in programs)
    advice = []
    for p in programs:
        wear = p.wear
        if wear is None or not wear.unclear or not p.settling or p.key in done:
            continue
        if (wear.plain_p_value or 0.0) > max(FAMILY_ERROR / judged, 0.0011):
            continue
        text = f"Each touch of {p.name} now brings less, while more were bought. {p.settling}"
        gain = Estimate.unknown("wear-out and saturation look alike, so test first")
        evidence: dict[str, object] = {"ridge": wear.ridge, "saturation": wear.saturation.as_dict()}
        title = f"Find out whether {p.name} is wearing out or saturated"
        advice.append(Advice("test", "program", p.key, title, text, gain, evidence))
    return advice


def _wears(wear: Wear | None, judged: int) -> bool:
    """Whether a wear stands when so many programs were looked at."""
    if wear is None or not wear.tiring or wear.p_value is None:
        return False
    # The simulated p-value goes down to one in a thousand, no lower: it is counted as reached.
    return wear.p_value <= max(FAMILY_ERROR / judged, 0.0011)


def _route(
    p: ProgramEvidence, programs: Sequence[ProgramEvidence], tired: set[str]
) -> tuple[str, str]:
    dependence = p.price_dependence
    if dependence is not None and dependence.low is not None and dependence.low > 0.5:
        return "product", (
            f"{phrases.percent(dependence)} of what it won closed beyond the discount threshold, "
            "so renew the offer itself."
        )
    others = [q.key in tired for q in programs if q.channel == p.channel and q.key != p.key]
    if sum(others) >= 2 and sum(others) * 2 >= len(others):
        return "channel", f"Other programs on {p.channel} are tiring too: move to another channel."
    if p.audience_reached is not None and p.audience_reached >= REACHED:
        return "audience", (
            f"It has reached {p.audience_reached:.0%} of its audience: take it to a new one."
        )
    if p.response_wear is not None and p.response_wear.known and not p.response_wear.tiring:
        return "technology", (
            "People respond as before but fewer become deals: fix the handoff to sales."
        )
    return "program", "Renew its message and creative."


def _refreshed(p: ProgramEvidence) -> Estimate:
    """Margin that full efficacy would bring on the spend still planned, over today's efficacy.

    Margin per dollar on average, times efficacy lost over the average, under the model that
    credits the program least.
    """
    wear = p.wear
    known = [e for e in p.romi.values() if e.has_interval]
    if wear is None or not wear.mean_rate or not wear.fitted or not known:
        return Estimate.unknown("its return on spend is not known")
    if p.spend_remaining <= 0:
        return Estimate.unknown("no further spend is planned for it")
    least = min(known, key=phrases.value)
    rng = np.random.default_rng(0)
    full = wear.fitted[0] / wear.mean_rate
    lost = np.clip(_draws(wear.decline, rng), 0, 1)
    margin = np.maximum(_draws(least, rng) + 1, 0)
    return from_draws(p.spend_remaining * margin * full * lost, least.n)


def _shift(programs: Sequence[ProgramEvidence], money: Money) -> list[Advice]:
    known = comparable(programs)
    models = sorted(set.intersection(*(set(p.romi) for p in known))) if known else []
    if len(known) < 2 or not models:
        return []
    pairs = len(known) * (len(known) - 1) // 2
    best_move: tuple[float, Advice] | None = None
    doubt: tuple[float, Advice] | None = None
    for low in known:
        if low.spend_remaining <= 0:
            continue
        for high in known:
            if high.key == low.key:
                continue
            gaps = {m: difference(high.romi[m], low.romi[m]) for m in models}
            smallest = min(gaps.values(), key=phrases.value)
            if phrases.value(smallest) > 0 and all(
                phrases.low(widened(gap, FAMILY_ERROR / pairs)) > 0 for gap in gaps.values()
            ):
                if best_move is None or phrases.value(smallest) > best_move[0]:
                    best_move = phrases.value(smallest), _move(low, high, smallest, gaps, money)
                continue
            # Six models are six chances to err, so one alone must be that much surer.
            error = FAMILY_ERROR / pairs / len(models)
            largest = max(gaps.values(), key=lambda gap: phrases.low(widened(gap, error)))
            if phrases.low(widened(largest, error)) > 0 and (
                doubt is None or phrases.value(largest) > doubt[0]
            ):
                doubt = phrases.value(largest), _test(low, high, gaps)
    return [found[1] for found in (best_move, doubt) if found is not None]


def _move(
    low: ProgramEvidence,
    high: ProgramEvidence,
    smallest: Estimate,
    gaps: Mapping[str, Estimate],
    money: Money,
) -> Advice:
    amount = SHIFT * low.spend_remaining
    gain = smallest.scaled(amount)
    text = (
        f"Under every attribution model, {high.name} returns more margin on spend than {low.name}: "
        f"by {phrases.percent(smallest)} at least. Moving {money(amount)}, a fifth of what is "
        f"still planned for {low.name}, would bring "
        f"{phrases.money(gain, money)} if the next dollar returns what the last ones did."
    )
    route = "channel" if low.channel != high.channel else "program"
    title = f"Move budget from {low.name} to {high.name}"
    evidence = _gaps(low, high, gaps) | {"amount": round(amount, 2)}
    return Advice("reallocate", route, low.key, title, text, gain, evidence)


def _test(low: ProgramEvidence, high: ProgramEvidence, gaps: Mapping[str, Estimate]) -> Advice:
    ahead = sum(phrases.value(gap) > 0 for gap in gaps.values())
    text = (
        f"{high.name} looks better than {low.name} under {ahead} of {len(gaps)} "
        "attribution models, and not all are certain. Hold back one of the two for part of the "
        "audience before moving budget."
    )
    route = "channel" if low.channel != high.channel else "program"
    title = f"Test {high.name} against {low.name}"
    gain = Estimate.unknown("not every model is certain, so test first")
    return Advice("test", route, high.key, title, text, gain, _gaps(low, high, gaps))


def _price(effect: DiscountEffect | None, money: Money) -> list[Advice]:
    if effect is None or not effect.known or effect.net_margin.value is None:
        return []
    if phrases.high(widened(effect.net_margin, FAMILY_ERROR)) >= 0:
        return []
    points = f"{effect.step * 100:.0f} points"
    text = (
        f"Another {points} of discount changed the chance of winning by "
        f"{phrases.points(effect.uplift)}, and cost "
        f"{phrases.money(effect.margin_cost.scaled(1.0), money)} per opportunity on deals that "
        f"were won anyway ({effect.n} closed deals). Overall, margin changed by "
        f"{phrases.money(effect.net_margin, money)} per opportunity. Discounted deals may "
        "differ in ways the records do not show."
    )
    gain = effect.net_margin.scaled(-1.0)
    evidence: dict[str, object] = {
        "uplift": effect.uplift.as_dict(),
        "margin_cost": effect.margin_cost.as_dict(),
        "net_margin_per_opportunity": effect.net_margin.as_dict(),
        "step": effect.step,
    }
    title = "Discounts do not pay for themselves here"
    return [Advice("price", "product", "", title, text, gain, evidence)]


def _gaps(
    low: ProgramEvidence, high: ProgramEvidence, gaps: Mapping[str, Estimate]
) -> dict[str, object]:
    difference_by_model = {model: gap.as_dict() for model, gap in gaps.items()}
    return {"from": low.key, "to": high.key, "romi_difference": difference_by_model}


def _models(p: ProgramEvidence) -> dict[str, object]:
    return {"romi": {model: e.as_dict() for model, e in p.romi.items()}}


def _draws(estimate: Estimate, rng: np.random.Generator, n: int = 4000) -> Floats:
    """Draws of a normal with a spread to each side as the interval's ends say."""
    z = rng.normal(size=n)
    held = float(special.ndtri((1 + estimate.level) / 2))
    centre = phrases.value(estimate)
    below, above = (centre - phrases.low(estimate)) / held, (phrases.high(estimate) - centre) / held
    return centre + z * np.where(z < 0, below, above)
