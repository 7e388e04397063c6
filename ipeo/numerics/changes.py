"""What has changed between two times, said only as far as the figures carry it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ipeo.numerics.estimates import Estimate

Verdict = Literal["up", "down", "within", "same", "unknown"]


@dataclass(frozen=True)
class Change:
    """A figure beside what it was before.

    `verdict` is "within" where both have intervals and these overlap: then no change is shown.
    It is "unknown" where one of the two is not known, or they have too little behind them.
    """

    verdict: Verdict
    now: Estimate
    before: Estimate
    reason: str = ""

    @property
    def difference(self) -> float | None:
        """Now less before, None where one of them is not known."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value

    @property
    def relative(self) -> float | None:
        """The difference as a share of what it was before, None where that was not positive."""
        difference = self.difference
        if difference is None or self.before.value is None or self.before.value <= 0:
            return None
        return difference / self.before.value

    @property
    def is_shown(self) -> bool:
        """Whether there is a change to speak of."""
        return self.verdict in {"up", "down"}


def change(now: Estimate, before: Estimate | None) -> Change:
    """Hold a figure against what it was; figures that were counted have no interval."""
    if before is None:
        missing = Estimate.unknown("there is no earlier period")
        return Change("unknown", now, missing, missing.reason)
    if now.value is None:
        return Change("unknown", now, before, now.reason)
    if before.value is None:
        return Change("unknown", now, before, before.reason)
    uncertain = [one for one in (now, before) if not one.has_interval and one.reason]
    if uncertain:
        return Change("unknown", now, before, uncertain[0].reason)
    low, high = _ends(now)
    earlier_low, earlier_high = _ends(before)
    if (now.has_interval or before.has_interval) and low <= earlier_high and earlier_low <= high:
        return Change("within", now, before)
    if now.value == before.value:
        return Change("same", now, before)
    return Change("up" if now.value > before.value else "down", now, before)


def _ends(one: Estimate) -> tuple[float, float]:
    assert one.value is not None
    low = one.value if one.low is None else one.low
    high = one.value if one.high is None else one.high
    return low, high
