"""How often the intervals of what a discount bought hold the truth, on simulated deals."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.measuring import Line
from tests.optimize.numerics.test_price import deals

WORLDS = 300
SLOPES = (0.0, 1.0, 3.0)


def run() -> Iterator[Line]:
    """Yield the coverage of 90 % intervals of the uplift and of the margin, by true effect."""
    from optimize.numerics.price import discount_effect

    for slope in SLOPES:
        held = {"uplift": 0, "net_margin": 0}
        for seed in range(WORLDS):
            arrays, controls, uplift, net = deals(40_000 + seed, slope)
            effect = discount_effect(*arrays, **controls, level=0.9)
            for name, truth in (("uplift", uplift), ("net_margin", net)):
                found = getattr(effect, name)
                held[name] += found.low <= truth <= found.high
        for name, count in held.items():
            share = count / WORLDS
            yield Line(
                f"90 % intervals of the price effect, {name.replace('_', ' ')}, slope {slope:.0f}",
                share,
                "0.86-0.94",
                0.86 <= share <= 0.94,
                f"{WORLDS} worlds of 800 deals, reps and products unlike",
            )
