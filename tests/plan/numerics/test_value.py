import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.numerics.value import NO_VOLUME, break_even_uplift, margin_given_away


def test_ten_points_of_a_forty_per_cent_margin_ask_for_a_third_more():
    answer = break_even_uplift(0.10, 0.40)
    assert answer.uplift == pytest.approx(1 / 3)
    assert answer.margin_after == pytest.approx(0.30)
    assert answer.given_away == pytest.approx(0.25)


@pytest.mark.parametrize(("discount", "margin"), [(0.4, 0.4), (0.5, 0.4), (0.1, 0.0), (0.1, -0.2)])
def test_no_volume_makes_up_for_a_discount_of_the_whole_margin(discount, margin):
    answer = break_even_uplift(discount, margin)
    assert not answer.possible
    assert answer.reason == NO_VOLUME


def test_no_discount_needs_no_uplift():
    assert break_even_uplift(0, 0.4).uplift == 0


@given(st.floats(0.01, 0.9), st.floats(0.02, 1.0))
def test_with_the_uplift_the_margin_earned_is_the_same(discount, margin):
    answer = break_even_uplift(discount, margin)
    if answer.uplift is not None:
        assert (1 + answer.uplift) * (margin - discount) == pytest.approx(margin)


def test_a_discount_above_the_price_is_refused():
    with pytest.raises(ValueError, match="between 0 % and 100 %"):
        break_even_uplift(1.2, 0.4)


def test_the_margin_given_away_is_the_discount_on_the_list_amount():
    assert margin_given_away(2_000, 0.05) == pytest.approx(100)
