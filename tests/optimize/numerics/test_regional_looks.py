"""Regions looked at while their test runs: rarely a false alarm, a lift found, or why not known."""

from dataclasses import replace

import numpy as np
import pytest

from optimize.numerics.regional_looks import (
    TooLittleKnown,
    regional_looks,
    smallest_while_running,
)
from tests.optimize.numerics.regional_worlds import PUBLIC, public_panel, public_regions, regions


def looked(world):
    return regional_looks(world.treated, world.others, world.start, world.length)


def alarms(worlds):
    found = (looked(world) for world in worlds)
    return sum(bool(((each.low > 0) | (each.high < 0)).any()) for each in found)


@pytest.mark.parametrize("pick", ["random", "large", "small"])
def test_regions_that_nothing_was_done_to_hardly_ever_look_like_something_at_any_look(pick):
    worlds = (
        regions(1000 + seed, before=39, length=6, count=12, treated=2, pick=pick)
        for seed in range(20)
    )
    assert alarms(worlds) <= 2


def test_public_regions_that_nothing_was_done_to_hardly_ever_look_like_something():
    if not PUBLIC.exists():
        pytest.skip("the public data is not beside the project")
    panel = public_panel()
    assert alarms(public_regions(seed, 3, 14, panel) for seed in range(15)) <= 2


def test_a_plain_lift_is_told_before_the_end_and_lies_in_the_interval():
    told = held = 0
    for seed in range(15):
        found = looked(regions(1000 + seed, before=39, length=6, count=12, treated=2).lifted(0.4))
        told += bool((found.low[:-1] > 0).any())
        held += not ((found.low > 0.4) | (found.high < 0.4)).any()
    assert told >= 12
    assert held >= 14


def test_a_lift_that_is_promised_is_found_in_about_four_of_five():
    found = 0
    for seed in range(20):
        world = regions(1000 + seed, before=39, length=6, count=12, treated=2)
        promised = smallest_while_running(
            world.treated[: world.start], world.others[: world.start], world.length
        )
        found += bool((looked(world.lifted(promised)).low > 0).any())
    assert 13 <= found <= 20


def test_what_was_known_at_a_look_never_moves_with_what_comes_after():
    world = regions(3)
    whole = looked(world)
    at = world.start + 3
    then = regional_looks(world.treated[:at], world.others[:at], world.start, world.length)
    for name in ("lift", "low", "high"):
        assert getattr(then, name) == pytest.approx(getattr(whole, name)[:3])


def test_the_unit_and_the_size_of_each_region_change_nothing():
    world = regions(4)
    sizes = np.random.default_rng(1).uniform(0.1, 50, world.others.shape[1])
    plain = looked(world)
    other = looked(replace(world, treated=world.treated * 7, others=world.others * sizes))
    assert other.expected == pytest.approx(plain.expected * 7)
    # Sets of untreated regions weigh their members by size, so that alone may move.
    assert other.lift == pytest.approx(plain.lift)


def test_the_interval_widens_where_untreated_regions_stray_further_than_before():
    world = regions(5)
    rough = world.others.copy()
    rough[world.start :] *= 1 + np.random.default_rng(2).normal(0, 0.4, rough.shape[1])
    plain, other = looked(world), looked(replace(world, others=rough))
    assert (other.high - other.low)[-1] > 1.5 * (plain.high - plain.low)[-1]


def test_where_too_little_is_known_no_number_is_given():
    def refused(says, treated, others, start=30, length=8):
        with pytest.raises(TooLittleKnown, match=says):
            regional_looks(treated, others, start, length)

    world = regions(6, before=30)
    ours, rest = world.treated, world.others
    refused("24 weeks of history are needed, and there are 22", ours[8:], rest[8:], start=22)
    refused("of 9 untreated regions .* it did of 8", ours, rest[:, :8])
    empty = np.where(np.arange(rest.shape[1]) < 9, 0.0, rest)
    refused("it did of 8", ours, empty)
    refused("treated regions had no results", np.zeros_like(ours), rest)
    refused("no region changed", np.ones_like(ours), np.ones_like(rest))
    refused("from the others before its start", rest[:, [0]], rest)
    with pytest.raises(ValueError, match="every period"):
        regional_looks(np.full_like(ours, np.nan), rest, 30, 8)
