"""The state of a market: each reading from the facts that make it, and none from too few."""

import numpy as np
import pytest

from insight.numerics.market import Facts, growth, market_health, spread

EVEN = tuple(np.linspace(0, 0.1, 50))


def facts(**changed):
    held = {
        "opened": (400, 400),
        "discounts": (EVEN, EVEN),
        "lost": (200, 200),
        "lost_on_price": (30, 30),
    }
    return Facts(**(held | changed))


@pytest.mark.parametrize(
    ("changed", "reading"),
    [
        ({}, "mature"),
        ({"opened": (600, 400)}, "growing"),
        ({"opened": (280, 400)}, "shrinking"),
        ({"opened": (12, 9)}, "unknown"),
        ({"opened": (30, 25)}, "unknown"),
        ({"lost_on_price": (60, 30), "price_cuts": 1}, "price_war"),
        ({"lost_on_price": (120, 30)}, "price_war"),
        ({"lost": (10, 10), "lost_on_price": (9, 1), "price_cuts": 1}, "mature"),
    ],
)
def test_each_reading_follows_from_its_facts(changed, reading):
    assert market_health(facts(**changed)).reading == reading


def test_growth_is_not_known_below_twenty_deals_a_year():
    assert not growth(400, 19).known
    assert "19" in growth(400, 19).reason


def test_the_interval_of_growth_holds_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(6)
    held = 0
    for now, before in random.poisson((150, 100), (400, 2)):
        found = growth(int(now), int(before))
        held += found.low <= 0.5 <= found.high
    assert 0.74 <= held / 400 <= 0.86


def test_the_spread_of_a_known_market_is_recovered():
    found = spread(np.random.default_rng(1).uniform(0, 0.2, 2_000))
    assert found.value == pytest.approx(0.16, abs=0.01)
    assert found.low < 0.16 < found.high


def test_no_deals_at_all_leave_everything_not_known():
    health = market_health(Facts((0, 0), ((), ()), (0, 0), (0, 0)))
    assert health.reading == "unknown"
    assert not any(one.known for one in (health.growth, health.spread, health.on_price))
