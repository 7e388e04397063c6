"""The measurement finds again what the demonstration was made of.

Intervals are at 80 %, so by design one in five misses its truth; the seed is one of the many in
which these hold it. What must hold for every seed is held by simulation, in the numerics' tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from demo import truth
from demo.making import make_demonstration
from demo.simulation import Company, cycles, simulate
from ipeo import tenancy
from ipeo.models import Cycle
from optimize.actions.advice import refresh_recommendations
from optimize.actions.fits import refresh_fits
from optimize.actions.recompute import recompute
from optimize.models import Recommendation
from optimize.numerics.efficacy import judge
from optimize.numerics.seasons import WINDOW, shared_season
from optimize.queries.fits import DiscountFit, WearFit, discount_fit, wears
from optimize.queries.measures import Slice, by_program
from plan.models import Program
from tests import databases

TODAY = date(2026, 11, 20)
SEED = 2
SEEDS = 16
WORN = [item.name for item in truth.PROGRAMS].index(truth.WORN_PROGRAM)
CHANGED_ON = TODAY - timedelta(days=truth.WORN_FROM_MONTHS * 30.44)

Floats = npt.NDArray[np.float64]

# One worker runs them in turn: they share what was measured.
pytestmark = pytest.mark.xdist_group("truth")


@dataclass(frozen=True)
class Found:
    """What was measured in the demonstration."""

    wear: dict[str, WearFit]
    discount: DiscountFit
    win_rates: dict[str, Any]
    recommended: list[tuple[str, str]]


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any) -> Iterator[Found]:
    """The demonstration at its usual size, loaded and measured once for all tests here."""
    from django.db import connections

    with django_db_blocker.unblock(), databases.clone("demo") as name:
        before = connections["default"].settings_dict["NAME"]
        databases.use(name)
        try:
            made = make_demonstration(slug="truth", seed=SEED, scale=1, today=TODAY)
            with tenancy.scope(made.workspace):
                recompute(full=True)
                refresh_fits(on=TODAY)
                cycle = Cycle.objects.select_related("campaign").get(closed_at=None)
                refresh_recommendations(cycle=cycle, on=TODAY)
                names = dict(Program.objects.values_list("pk", "name"))
                discount = discount_fit()
                assert discount is not None
                yield Found(
                    wear={names[pk]: fit for pk, fit in wears().items()},
                    discount=discount,
                    win_rates={
                        one.program.name: one.figures.win_rate
                        for one in by_program(Slice(), models=["last"])
                    },
                    recommended=[
                        (row.kind, row.program.name if row.program else "")
                        for row in Recommendation.objects.select_related("program")
                    ],
                )
        finally:
            connections.close_all()
            databases.use(before)


def test_the_worn_program_is_found_and_no_other(found: Found) -> None:
    tiring = [name for name, fit in found.wear.items() if fit.wear.tiring]

    assert tiring == [truth.WORN_PROGRAM]
    assert all(fit.wear.known for fit in found.wear.values())


def test_the_weeks_that_were_judged_are_those_that_happened(found: Found) -> None:
    company = simulate(seed=SEED, scale=1, today=TODAY)
    touches, opened = _weeks(company)
    fit = found.wear[truth.WORN_PROGRAM]

    assert fit.weekly
    assert fit.seen == tuple(touches[WORN, 1:])
    assert fit.brought == tuple(opened[WORN, 1:])


def test_when_it_began_to_wear_lies_within_most_intervals() -> None:
    # One seed tells nothing of an interval that is to miss one truth in ten: several do.
    held, off = 0, []
    for seed in range(SEEDS):
        touches, opened = _weeks(simulate(seed=seed, scale=1, today=TODAY))
        season = shared_season(touches, opened, window=WINDOW)
        # That the program tires is found by other tests; its date is asked here.
        wear = judge(
            touches[WORN, 1:], opened[WORN, 1:], season=season[WORN, 1:], alarm=1.0, draws=1
        )
        first = cycles(TODAY)[0].starts_on
        monday = first - timedelta(days=first.weekday()) + timedelta(days=7)
        true = ((CHANGED_ON - monday).days + 0.5) / 7 - 0.5
        between = wear.changed_wide
        assert between.value is not None
        assert between.low is not None
        assert between.high is not None
        held += between.low <= true <= between.high
        off.append(between.value - true)

    assert held >= SEEDS - 4
    assert abs(sum(off) / SEEDS) < 4


def _weeks(company: Company) -> tuple[Floats, Floats]:
    """Touches and deals opened, each (programs, whole weeks from Monday on)."""
    lead = company.first_day.weekday()
    weeks = ((company.today - company.first_day).days + lead) // 7
    found = []
    for programs, days in (
        (company.touches.program, company.touches.seconds // 86_400),
        (company.deals.program, company.deals.created),
    ):
        table = np.zeros((len(truth.PROGRAMS), weeks))
        week = (days + lead) // 7
        known = (programs >= 0) & (week < weeks)
        np.add.at(table, (programs[known], week[known]), 1.0)
        found.append(table)
    return found[0], found[1]


def test_its_half_life_lies_within_the_interval(found: Found) -> None:
    half_life = found.wear[truth.WORN_PROGRAM].wear.half_life

    assert half_life.low <= truth.WORN_HALF_LIFE_MONTHS <= half_life.high
    assert half_life.high < 2 * truth.WORN_HALF_LIFE_MONTHS


def test_the_worn_program_is_to_be_renewed_or_retired(found: Found) -> None:
    renewed = {name for kind, name in found.recommended if kind in {"retire", "refresh"}}

    assert truth.WORN_PROGRAM in renewed


def test_what_discounts_bought_lies_within_the_interval(found: Found) -> None:
    bought = found.discount.bought
    decided = [rate for rate in found.win_rates.values() if rate.known]
    won = sum(rate.value * rate.n for rate in decided) / sum(rate.n for rate in decided)
    true = truth.points_of_win_rate_for_five_points_of_discount(won) / 100

    assert bought.low <= true <= bought.high
    assert bought.high < 0.05


def test_discounts_cost_more_than_they_bring(found: Found) -> None:
    assert found.discount.effect.net_margin.high < 0
    assert ("price", "") in found.recommended


def test_programs_stand_in_the_order_of_what_their_touches_open(found: Found) -> None:
    steady = [item for item in truth.PROGRAMS if item.worn_from is None]
    for better in steady:
        for worse in steady:
            if better.per_touch < 1.3 * worse.per_touch:
                continue
            assert found.wear[better.name].wear.mean_rate > found.wear[worse.name].wear.mean_rate, (
                f"{better.name} opens more than {worse.name}"
            )


def test_how_often_a_touch_opens_a_deal_is_found_within_a_fifth(found: Found) -> None:
    for item in truth.PROGRAMS:
        rate = found.wear[item.name].wear.mean_rate
        if item.worn_from is None:
            assert rate == pytest.approx(item.per_touch, rel=0.2), item.name
