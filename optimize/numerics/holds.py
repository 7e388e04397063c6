"""When to leave things as they are, although something suggests a change.

A program that simply runs needs no advice. To hold is advised only against a change that the
figures seem to ask for, where the evidence says not to:

- a test runs on the program: whatever else would be advised waits for its end;
- money would move to a program whose channel is saturated: its response curve says that the next
  unit of money brings back less than itself;
- deals per touch fell, beyond chance, and did for the other programs in the same months too: it
  is the season or the market, and renewing or stopping the program would mend nothing;
- each touch brings less while more are bought, and no test that is short enough would tell wear
  from saturation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ipeo.numerics.estimates import Estimate, difference
from optimize.numerics import phrases
from optimize.numerics.dips import Dip
from optimize.numerics.evidence import (
    FAMILY_ERROR,
    MIN_DEALS,
    Advice,
    Money,
    ProgramEvidence,
    RunningTest,
    comparable,
)

_PREFERENCE = ("retire", "refresh", "reallocate", "test")
_VERBS = {
    "retire": "retiring it",
    "refresh": "renewing it now",
    "reallocate": "moving money",
    "test": "another test",
}


def holding(programs: Sequence[ProgramEvidence]) -> str:
    """Why there is nothing to change, in a sentence, for a page without advice."""
    compared = len(comparable(programs))
    if compared < 2:
        return (
            f"Hold: {compared} of {len(programs)} programs have at least {MIN_DEALS} deals, "
            "too few to compare."
        )
    return (
        f"Hold: among {compared} programs no difference in return holds under every attribution "
        "model, and none is wearing out beyond chance."
    )


def with_holds(
    advice: Sequence[Advice], programs: Sequence[ProgramEvidence], money: Money
) -> list[Advice]:
    """The advice with holds in the place of what the evidence speaks against, at most one each."""
    known = {p.key: p for p in programs}
    kept: list[Advice] = []
    holds: dict[str, Advice] = {}
    ranked = sorted(advice, key=lambda one: _rank(one.kind))
    for one in ranked:
        found = _until_tested(one, known) or _saturated(one, known, money)
        if found is None:
            kept.append(one)
        else:
            holds.setdefault(found.subject_key, found)
    busy = {one.subject_key for one in kept} | set(holds)
    holds |= {one.subject_key: one for one in _seasonal(programs, busy)}
    holds |= {one.subject_key: one for one in _inseparable(programs, busy)}
    return [*kept, *holds.values()]


def _rank(kind: str) -> int:
    return _PREFERENCE.index(kind) if kind in _PREFERENCE else len(_PREFERENCE)


def _until_tested(one: Advice, known: Mapping[str, ProgramEvidence]) -> Advice | None:
    """A hold for the program of this advice on which a test runs."""
    if one.kind not in _PREFERENCE:
        return None
    keys = [one.subject_key, *(str(one.evidence.get(end, "")) for end in ("from", "to"))]
    p = next((known[key] for key in keys if key in known and known[key].test), None)
    if p is None or p.test is None:
        return None
    test: RunningTest = p.test
    text = (
        f"The test “{test.name}” runs on {p.name} until {test.ends}. The figures would have "
        f"suggested: {one.title}. A change before the test ends would mix its effect with the "
        "test's, and neither could be measured."
    )
    return Advice(
        "hold",
        one.route,
        p.key,
        f"Hold {p.name} until its test ends",
        text,
        Estimate.unknown("the test result is not known until it ends"),
        {**_instead(one), "experiment": test.key},
        f"“{test.name}” runs on it until {test.ends}. A change before then would spoil the test.",
    )


def _saturated(one: Advice, known: Mapping[str, ProgramEvidence], money: Money) -> Advice | None:
    """A hold for money that would move to a channel whose next unit does not pay for itself."""
    if one.kind != "reallocate":
        return None
    low, high = (known.get(str(one.evidence.get(end, ""))) for end in ("from", "to"))
    if low is None or high is None or high.next_margin is None:
        return None
    following = high.next_margin
    if phrases.high(following) >= 1:
        return None
    amount = float(str(one.evidence.get("amount") or 0.0))
    staying = [
        difference(e.scaled(1.0, 1.0), following)
        for e in low.romi.values()
        if e.known and e.level == following.level
    ]
    worst = min(staying, key=phrases.low, default=None)
    gain = Estimate.unknown(
        f"it is not known whether the next {money(1)} is better spent on {low.name} or on neither"
    )
    if worst is not None and phrases.low(worst) > 0 and amount > 0:
        gain = worst.scaled(amount)
    back = phrases.money(following, money)
    text = (
        f"Under every attribution model, {high.name} has returned more on its spend than "
        f"{low.name}. But by its response curve, the next {money(1)} on {high.channel} returns "
        f"{back} of margin: {high.channel} is saturated at today's spend, so spending more would "
        "lose money. Keep the budget as it is and look for an audience it has not reached."
    )
    return Advice(
        "hold",
        "audience",
        high.key,
        f"Hold the spend on {high.name}",
        text,
        gain,
        {**_instead(one), **one.evidence, "next_margin": following.as_dict()},
        f"It returns more than {low.name}, but {high.channel} is saturated: the next {money(1)} "
        f"returns {money(phrases.value(following))} of margin.",
    )


def _seasonal(programs: Sequence[ProgramEvidence], busy: set[str]) -> list[Advice]:
    """One hold for the programs that fell with all the others."""
    judged = [p for p in programs if p.dip is not None]
    fell = [
        (p, p.dip)
        for p in judged
        if p.dip is not None
        and p.key not in busy
        and p.dip.is_seasonal
        and p.dip.p_value <= FAMILY_ERROR / len(judged)
        and p.wear is not None
        and p.wear.known
        and not p.wear.tiring
        and not p.wear.unclear
    ]
    if not fell:
        return []
    if len(fell) == 1:
        return [_season_of(*fell[0])]
    names = ", ".join(p.name for p, _ in fell[:-1]) + f" and {fell[-1][0].name}"
    deepest, fall = max(fell, key=lambda one: phrases.value(one[1].as_seen))
    text = (
        f"{names} bring fewer deals per touch than before; {deepest.name} lost most, "
        f"{phrases.percent(fall.as_seen)}. They fell in the same months, which points to the "
        "season or the market: once that is removed, none fell beyond chance. Retiring or "
        "renewing one would not help."
    )
    return [
        Advice(
            "hold",
            "",
            "",
            f"Hold {len(fell)} programs through the dip",
            text,
            _of_staying([p for p, _ in fell]),
            {
                "instead": {"kind": "retire", "title": "Retiring them", "against": "retiring them"},
                "programs": [p.key for p, _ in fell],
                "dip": fall.as_seen.as_dict(),
                "dip_without_season": fall.without_season.as_dict(),
                "p_value": fall.p_value,
                "compared": len(judged),
            },
            f"{names} fell in the same months: the season or the market, not wear-out.",
        )
    ]


def _season_of(p: ProgramEvidence, fall: Dip) -> Advice:
    text = (
        f"{p.name} brought {phrases.percent(fall.as_seen)} fewer deals per touch in the last three "
        "months than before. The other programs fell in the same months. With that removed, "
        f"{phrases.percent(fall.without_season)} remains, which chance can explain. It is the "
        "season or the market, so retiring or renewing the program would not help."
    )
    return Advice(
        "hold",
        "",
        p.key,
        f"Hold {p.name} through the dip",
        text,
        _of_staying([p]),
        {
            "instead": {
                "kind": "retire",
                "title": f"Retire {p.name}",
                "against": "retiring it",
            },
            "dip": fall.as_seen.as_dict(),
            "dip_without_season": fall.without_season.as_dict(),
            "p_value": fall.p_value,
        },
        "It brought fewer deals per touch in the last three months, and so did the other programs: "
        "the season or the market, not wear-out.",
    )


def _of_staying(programs: Sequence[ProgramEvidence]) -> Estimate:
    """Margin less spend that stopping them would forgo, under the model that gives them least."""
    if not any(p.spend_remaining > 0 for p in programs):
        return Estimate.unknown("no further spend is planned")
    total: Estimate | None = None
    for p in programs:
        if p.spend_remaining <= 0:
            continue
        if not comparable([p]) or any(phrases.low(e) <= 0 for e in p.romi.values()):
            return Estimate.unknown(
                f"not every attribution model is certain that {p.name} pays for itself"
            )
        least = min(p.romi.values(), key=phrases.value).scaled(p.spend_remaining)
        # Adding is taking away what is below nothing: the intervals combine as of two samples.
        total = least if total is None else difference(total, least.scaled(-1.0))
    assert total is not None
    return total


def _inseparable(programs: Sequence[ProgramEvidence], busy: set[str]) -> list[Advice]:
    judged = sum(p.wear is not None and p.wear.known for p in programs)
    found = []
    for p in programs:
        wear = p.wear
        if wear is None or not wear.unclear or p.settling or p.key in busy:
            continue
        if (wear.plain_p_value or 0.0) > max(FAMILY_ERROR / judged, 0.0011):
            continue
        text = (
            f"Each touch of {p.name} now brings less, while more were bought. Wear-out and "
            "saturation both explain this, and no short test could tell them apart. Do not renew "
            "it for this reason, and do not buy more touches of the same audience."
        )
        gain = Estimate.unknown("wear-out and saturation look alike but call for different actions")
        evidence: dict[str, object] = {
            "instead": {
                "kind": "refresh",
                "title": f"Refresh {p.name}",
                "against": "renewing it now",
            },
            "ridge": wear.ridge,
            "saturation": wear.saturation.as_dict(),
        }
        short = (
            "Each touch now brings less, while more were bought. It is wear-out or saturation: the "
            "records cannot tell, and no short test could."
        )
        title = f"Hold {p.name} at its current level"
        found.append(Advice("hold", "audience", p.key, title, text, gain, evidence, short))
    return found


def _instead(one: Advice) -> dict[str, object]:
    """What is held against, for the evidence."""
    return {
        "instead": {
            "kind": one.kind,
            "title": one.title,
            "against": _VERBS[one.kind],
            "gain": one.expected_gain.as_dict(),
        }
    }
