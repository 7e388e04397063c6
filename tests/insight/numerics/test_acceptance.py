"""A ladder of prices: demand falls, and the price that earns most is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.numerics.acceptance import SHOWN, price_acceptance


def test_the_share_that_buys_falls_as_the_price_rises():
    read = price_acceptance([0, 40, 40, 60, 80], prices=[40, 60, 80])
    assert [one.value for one in read.shares] == [0.8, 0.4, 0.2]
    assert read.best.value == 40


def test_a_known_demand_is_recovered_with_its_interval():
    random = np.random.default_rng(3)
    most = random.uniform(0, 100, 4_000)
    read = price_acceptance(most, prices=np.arange(10, 100, 10), resamples=100)
    assert read.best.value == 50
    assert read.shares[4].low < 0.5 < read.shares[4].high


def test_nobody_who_would_buy_is_said():
    with pytest.raises(ValueError, match="any price"):
        price_acceptance([0, 0])


@given(st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=50))
@settings(max_examples=40, deadline=None)
def test_demand_never_rises(most):
    if not any(most):
        return
    shares = [one.value for one in price_acceptance(most, resamples=5).shares]
    assert shares == sorted(shares, reverse=True)


def test_of_many_prices_a_few_are_shown_and_the_best_is_found_among_all():
    random = np.random.default_rng(8)
    most = random.uniform(0, 100, 5_000).round(2)
    read = price_acceptance(most)
    assert len(read.shares) <= SHOWN
    earned = {price: price * (most >= price).mean() for price in np.unique(most)}
    assert read.best.value == max(earned, key=earned.__getitem__)
    assert read.best.value in read.prices
    assert read.best.low < read.best.value < read.best.high
