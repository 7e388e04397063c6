"""The exponential and logarithm of the curves, beside the mathematical library's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from optimize.numerics.curves.elementary import exp, log


# The first call may compile, which has no deadline.
@settings(deadline=None)
@given(some.floats(-700.0, 700.0))
def test_an_exponential_is_the_library_s_to_the_last_places(x):
    assert exp(x) == pytest.approx(float(np.exp(x)), rel=5e-16, abs=0.0)


@settings(deadline=None)
@given(some.floats(1e-300, 1e300) | some.floats(0.5, 2.0))
def test_a_logarithm_is_the_library_s_to_the_last_places(x):
    assert log(x) == pytest.approx(float(np.log(x)), rel=7e-16, abs=0.0)


def test_an_exponential_ends_neither_in_nothing_nor_in_the_infinite():
    assert 0.0 < exp(-1e9) < 1e-300
    assert 1e300 < exp(1e9) < np.inf


def test_what_is_not_a_number_stays_none():
    assert np.isnan(exp(np.nan))
