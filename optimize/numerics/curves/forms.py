"""The forms a curve may have, and where their parameters stand in a vector.

A form is an adstock (how a spend carries over to later weeks) with a saturation (how more spend
brings ever less): of u = (spend / scale)^shape, Hill u / (1 + u) or logistic tanh(u / 2). Data
seldom say what the first spend brings, and a curve without a slope of its own would pretend to.
 Every parameter is free on the whole line: the density transforms it.

| block | one per | meaning |
|---|---|---|
| share | channel | log of the contribution, in shares of the mean outcome |
| retention | channel | logit of the adstock's retention, of what it is above the least |
| scale | channel | log of the spend that saturates, in the channel's usual week |
| shape | channel | log of the slope: below 1 steep at the first spend, above 1 slow to begin |
| peak | channel, delayed alone | logit of the peak, in fractions of `LONGEST_PEAK` |
| wander | - | log of the baseline's wandering, in standard deviations of the noise |
| spread | channel, with regions alone | log of the deviation between regions |
| deviation | channel x region, with regions alone | a region's deviation, in units of the spread |
"""

from __future__ import annotations

from dataclasses import dataclass

GEOMETRIC, DELAYED = 0, 1
HILL, LOGISTIC = 0, 1
LAGS = 8
"""Weeks over which a spend acts, the week it was made in counted."""
LEAST_RETENTION = 0.01
"""Less carries nothing over to speak of. Yet the smaller a delayed adstock's retention, the more
abruptly its peak moves a spend to the next week: a cliff that trajectories would fall off."""
LONGEST_PEAK = 4.0
"""The latest a delayed adstock may peak, in weeks."""

_ADSTOCKS = {GEOMETRIC: "geometric", DELAYED: "delayed"}
_SATURATIONS = {HILL: "hill", LOGISTIC: "logistic"}


@dataclass(frozen=True)
class Form:
    """An adstock and a saturation, by their codes."""

    adstock: int
    saturation: int

    @property
    def name(self) -> str:
        """Both in words, for a table of weights."""
        return f"{_ADSTOCKS[self.adstock]} {_SATURATIONS[self.saturation]}"

    def layout(self, channels: int, regions: int) -> dict[str, slice]:
        """Return where each block stands in the vector; an absent block is an empty slice."""
        sizes = {
            "share": channels,
            "retention": channels,
            "scale": channels,
            "shape": channels,
            "peak": channels if self.adstock == DELAYED else 0,
            "wander": 1,
            "spread": channels if regions > 1 else 0,
            "deviation": channels * regions if regions > 1 else 0,
        }
        found, at = {}, 0
        for block, size in sizes.items():
            found[block] = slice(at, at + size)
            at += size
        return found

    def size(self, channels: int, regions: int) -> int:
        """Return the length of the vector."""
        end: int = self.layout(channels, regions)["deviation"].stop
        return end


FORMS = (
    Form(GEOMETRIC, LOGISTIC),
    Form(GEOMETRIC, HILL),
    Form(DELAYED, LOGISTIC),
    Form(DELAYED, HILL),
)
