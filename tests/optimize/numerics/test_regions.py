"""Regions read at the end: planted effects are found, and none where there is none."""

from dataclasses import replace

import numpy as np
import pytest

from optimize.numerics.regions import regional_impact
from tests.optimize.numerics.regional_worlds import PUBLIC, public_panel, public_regions, regions


def read(world):
    return regional_impact(world.treated, world.others, world.start)


def alarms(worlds):
    found = [read(world) for world in worlds]
    for each in found:
        assert (each.p <= 0.1) == (each.relative.low > 0 or each.relative.high < 0)
    return sum(each.p <= 0.1 for each in found)


def small(seed, **kind):
    return regions(seed, before=39, length=6, count=12, treated=2, **kind)


@pytest.mark.parametrize("pick", ["random", "large", "small"])
def test_regions_of_any_size_that_nothing_was_done_to_seldom_show_something(pick):
    assert alarms(small(2000 + seed, pick=pick) for seed in range(20)) <= 4


def test_public_regions_that_nothing_was_done_to_seldom_show_something():
    if not PUBLIC.exists():
        pytest.skip("the public data is not beside the project")
    panel = public_panel()
    assert alarms(public_regions(seed, 3, 14, panel) for seed in range(15)) <= 4


def test_a_lift_lies_in_its_interval_about_as_often_as_it_says_and_is_told():
    held = told = 0
    for seed in range(20):
        found = read(small(2000 + seed).lifted(0.4)).relative
        held += found.low <= 0.4 <= found.high
        told += found.low > 0
    assert held >= 15
    assert told >= 15


def test_all_is_told_in_the_unit_of_the_treated_regions():
    world = regions(8).lifted(0.3)
    found = read(world)
    came, would = world.treated[world.start :].mean(), found.expected[world.start :].mean()
    assert found.effect.value == pytest.approx(came - would)
    assert found.cumulative.value == pytest.approx(
        world.treated[world.start :].sum() - would * world.length * world.treated.shape[1]
    )
    for end in ("value", "low", "high"):
        share = getattr(found.relative, end)
        assert share * would == pytest.approx(getattr(found.effect, end))
        many = world.length * world.treated.shape[1]
        assert getattr(found.cumulative, end) == pytest.approx(many * share * would)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights >= 0).all()
    assert found.p == pytest.approx(1 / 81)


def test_the_unit_and_the_size_of_a_region_change_no_lift():
    world = regions(4, treated=1).lifted(0.2)
    sizes = np.random.default_rng(1).uniform(0.1, 50, world.others.shape[1])
    plain = read(world)
    other = read(replace(world, treated=world.treated * 7, others=world.others * sizes))
    assert other.p == plain.p
    assert other.weights == pytest.approx(plain.weights)
    for name, times in (("relative", 1), ("effect", 7), ("cumulative", 7)):
        ours, theirs = getattr(plain, name), getattr(other, name)
        assert (theirs.low, theirs.high) == pytest.approx((times * ours.low, times * ours.high))


def test_the_interval_ends_at_the_lift_that_leaves_chance_its_reach():
    world = regions(5).lifted(0.3)
    found = read(world)
    lowered = world.treated.copy()
    lowered[world.start :] /= 1 + found.relative.low
    left = read(replace(world, treated=lowered))
    assert left.relative.value == pytest.approx(left.reach)


def test_regions_that_strayed_slowly_before_get_a_wider_interval():
    world = regions(6)
    slow = 1 + 0.15 * np.sin(np.arange(world.others.shape[0]) / 8)
    strayed = read(replace(world, treated=world.treated * slow[:, None]))
    assert strayed.reach > 1.5 * read(world).reach


def test_where_chance_is_not_known_the_interval_is_not_either_and_why():
    world = regions(9, count=6, treated=1)
    few = read(world)
    assert few.p >= 1 / 6
    assert np.isnan(few.effect.low)
    assert "too few other regions" in few.reason
    twin = regional_impact(world.others[:, [0]], world.others, world.start)
    assert (twin.p, np.isnan(twin.relative.high)) == (1, True)
    assert "from the others before the start" in twin.reason
    wild = regions(9, count=20, treated=1)
    jumps = np.random.default_rng(0).choice([0.02, 8], (wild.treated.shape[0], 1))
    assert "chance alone" in read(replace(wild, treated=wild.treated * jumps)).reason


def test_regions_of_which_nothing_came_before_are_no_comparison():
    world = regions(7)
    empty = world.others.copy()
    empty[: world.start, 2] = 0
    found = read(replace(world, others=empty))
    assert found.weights[2] == 0
    without = read(replace(world, others=np.delete(world.others, 2, axis=1)))
    assert found.relative == without.relative
    with pytest.raises(ValueError, match="treated regions had no results"):
        read(replace(world, treated=np.zeros_like(world.treated)))
    with pytest.raises(ValueError, match="two regions"):
        read(replace(world, others=np.zeros_like(world.others)))


def test_regions_need_others_to_compare_with():
    with pytest.raises(ValueError, match="two regions"):
        regional_impact(np.ones((20, 1)), np.ones((20, 1)), 10)
    with pytest.raises(ValueError, match="one after"):
        regional_impact(np.ones((20, 1)), np.ones((20, 3)), 20)
