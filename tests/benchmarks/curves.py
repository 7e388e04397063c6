"""Response curves: how often their intervals hold the truth, and how long a fit takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.benchmarks.companies import company, regional
from tests.benchmarks.measuring import Line

COMPANIES = 50
FIRST = 200
"""Seeds below it served while the priors, the forms and the likelihood's power were chosen."""


def run() -> Iterator[Line]:
    """Yield coverage over simulated companies, agreement of the chains, and seconds."""
    from optimize.numerics.curves import Weeks, fit

    held, every, errors, seconds, worst, fewest, astray = 0, 0, [], [], 0.0, np.inf, 0
    for seed in range(FIRST, FIRST + COMPANIES):
        made = company(seed)
        found = fit(Weeks(made.outcome[None], made.spend[None], made.season), seed=seed)
        for channel, truth in zip(found.channels, made.contribution, strict=True):
            held += channel.contribution.low <= truth <= channel.contribution.high
            every += 1
            errors.append(abs(channel.contribution.value / truth - 1))
        seconds.append(found.seconds)
        worst, fewest = max(worst, found.rhat), min(fewest, found.ess)
        astray += found.divergences
    yield Line(
        "94 % intervals of contributions that hold the truth",
        held / every,
        "0.90 at least",
        held / every >= 0.90,
        f"{every} channels of {COMPANIES} companies, shapes outside the curves and wear included; "
        f"median error {np.median(errors):.3f}",
    )
    yield Line(
        "Worst R-hat of a fit",
        worst,
        "1.01 at most",
        worst <= 1.01 and fewest >= 400,
        f"fewest effective draws {fewest:.0f}; median fit {np.median(seconds):.1f} s",
    )
    yield Line(
        "Trajectories that diverged",
        astray,
        "0",
        astray == 0,
        f"over {COMPANIES} companies, in chains kept",
    )
    made = regional(1)
    found = fit(Weeks(made.outcome, made.spend, made.season))
    inside = sum(
        channel.contribution.low <= truth <= channel.contribution.high
        for channel, truth in zip(found.channels, made.contribution, strict=True)
    )
    yield Line(
        "8 regions x 8 channels x 156 weeks, of 20 seconds",
        found.seconds / 20.0,
        "1 at most",
        found.seconds <= 20.0,
        f"{found.seconds:.1f} s; R-hat {found.rhat:.3f}, {found.ess:.0f} effective draws; "
        f"{inside} of 8 intervals hold the truth",
    )
