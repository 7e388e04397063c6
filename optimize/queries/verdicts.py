"""What an experiment can tell and what it tells, in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from ipeo.templatetags.figures import percent
from optimize.models import Experiment
from optimize.numerics.designs import Design, RegionDesign
from optimize.numerics.experiments import LEVEL
from optimize.queries.experiments import reckoned
from optimize.queries.readings import Reading

Unit = Experiment.Unit

WORDS = {
    Unit.PERSON: "people",
    Unit.ACCOUNT: "accounts",
    Unit.REP: "reps",
    Unit.REGION: "regions",
}


def said(found: Design | RegionDesign, wanted: float, weeks: int, unit: str) -> str:
    """Return why a test cannot tell a lift, and what that would take; empty where it can."""
    words = WORDS[Unit(unit)]
    few = isinstance(found, Design) and min(found.n_control, found.n_treated) < 2
    if found.smallest is None and few:
        return f"Each arm needs two {words} at least; there are too few."
    if found.smallest is None and isinstance(found, RegionDesign):
        return f"{found.reason[:1].upper()}{found.reason[1:]}."
    if isinstance(found, Design) and (found.mean <= 0 or found.sd <= 0):
        return (
            f"None of these {words} did this in the last {weeks} weeks, so there is no base rate "
            "to calculate with. Choose a more frequent result or a longer test."
            if found.mean <= 0
            else f"All of these {words} did the same in the last {weeks} weeks, so there is no "
            "variation to calculate with."
        )
    if found.smallest is not None and found.smallest <= wanted:
        return ""
    ways = []
    if isinstance(found, Design):
        size = found.n_control + found.n_treated
        some, times = f"{size:,} {words}", found.times(wanted)
        ways = [f"about {math.ceil(size * times):,} {words}", "a more frequent result"]
    else:
        some = f"{found.n_treated} of {found.n_treated + found.n_others} regions treated"
        times, ways = ((found.smallest or 0.0) / wanted) ** 2, ["more treated regions"]
    longer = math.ceil(weeks * times)
    if longer <= 2 * 52:
        ways.insert(0, f"about {longer} weeks")
    shows = (
        "not even a lift of 500% could be detected"
        if found.smallest is None
        else f"the smallest detectable lift is {found.smallest:.0%}"
    )
    return (
        f"In {weeks} weeks with {some} {shows}; you want to detect {wanted:.0%}. You would need "
        f"{', or '.join(ways)}."
    )


@dataclass(frozen=True)
class Promise:
    """What a design can tell: `refusal` says why it cannot, `text` what it promises."""

    refusal: str
    text: str
    n_treated: int
    n_control: int


def promise(
    experiment: Experiment,
    on: date,
    by: Callable[[Experiment, date], Design | RegionDesign] | None = None,
) -> Promise:
    """Return what a draft could tell if it started on a day; `by` reckons it otherwise."""
    found = (
        by(experiment, on)
        if by is not None
        else reckoned(
            unit=experiment.unit,
            metric=experiment.metric,
            weeks=experiment.weeks,
            share=experiment.share,
            on=on,
            audience=experiment.audience,
            regions=experiment.regions,
        )
    )
    wanted = experiment.smallest_lift
    others = found.n_others if isinstance(found, RegionDesign) else found.n_control
    refusal = said(found, wanted, experiment.weeks, experiment.unit)
    return Promise(refusal, "" if refusal else _promised(found, wanted), found.n_treated, others)


def _promised(found: Design | RegionDesign, wanted: float) -> str:
    if isinstance(found, RegionDesign):
        return (
            "In past periods without treatment, it would have detected a lift of "
            f"{found.smallest:.0%} in four out of five, read at its planned end. "
            f"{_running(found, wanted)}"
        )
    return (
        f"It detects a lift of {wanted:.0%} in at least {found.power(wanted):.0%} of cases, and "
        f"one of {found.smallest:.0%} in four out of five, no matter how often you look."
    )


def _running(found: RegionDesign, wanted: float) -> str:
    if found.while_running is None:
        why = found.running_reason or "not enough is known"
        return f"Until then there is no result: {why}."
    waits = "" if found.while_running <= wanted else f"; one of {wanted:.0%} may wait for the end"
    return (
        f"While it runs, it detects one of {found.while_running:.0%} in four out of five, no "
        f"matter how often you look{waits}."
    )


def told(experiment: Experiment, held: Reading) -> str:
    """Return what an experiment tells as it stands, in a sentence or two."""
    value, low, high = held.value, held.low, held.high
    if held.verdict == "broken":
        return (
            f"The split is not valid: {held.n_treated:,} treated and {held.n_control:,} control, "
            f"where {percent(experiment.share)} were to be treated. A fair random split is this "
            "uneven in fewer than 1 of 1,000 cases, so the result is not valid. Check where "
            "units were lost."
        )
    if value is None or low is None or high is None:
        return held.reason or "No result yet."
    interval = f"{held.level:.0%} interval {_signed(low)} to {_signed(high)}"
    whenever = "" if held.is_read_once else ", whenever you look"
    ran = _as_it_ran(held)
    if held.verdict == "treated":
        return f"Treatment does better: {_signed(value)} ({interval}{whenever}).{ran}"
    if held.verdict == "control":
        return f"Treatment does worse: {_signed(value)} ({interval}{whenever}).{ran}"
    if held.verdict == "same":
        between = f"The lift is between {_signed(low)} and {_signed(high)}."
        return f"No difference detected. {between}{ran}"
    return f"No result yet. So far {_signed(value)} ({interval}). {held.reason}".rstrip()


def _as_it_ran(held: Reading) -> str:
    """Beside what regions tell at the planned end, what was known until then."""
    if not held.is_read_once:
        return ""
    low, high = held.always_low, held.always_high
    if low is None or high is None:
        return f" {held.always_reason}".rstrip()
    return (
        f" Read during the test, it is {_signed(held.always_value or 0.0)} "
        f"({LEVEL:.0%} interval {_signed(low)} to {_signed(high)}, whenever you look)."
    )


def _signed(value: float) -> str:
    text = f"{value:+.0%}" if abs(value) >= 0.1 else f"{value:+.1%}"
    return text.replace("-", "\N{MINUS SIGN}")


def told_in_short(held: Reading) -> str:
    """Return how an experiment stood, for a line in a list."""
    if held.verdict == "broken":
        return "The split is not valid"
    if held.value is None or held.low is None or held.high is None:
        return "Not known"
    ends = f"{_signed(held.value)} ({_signed(held.low)} to {_signed(held.high)})"
    return {"treated": f"Better: {ends}", "control": f"Worse: {ends}"}.get(
        held.verdict,
        f"{'No difference detected' if held.verdict == 'same' else 'No result yet'}: {ends}",
    )
