import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimize.numerics.attribution import (
    MODELS,
    UNIT,
    compress,
    credit_shares,
    exact_shares,
    split_amounts,
)

PATHS = Path(__file__).parents[4] / "shared" / "data" / "attribution_paths" / "PathData.csv"


def by_hand(times, model, lead, opportunity, half_life=7.0):
    """One journey's shares, written as the definitions read."""
    n = len(times)
    if n == 0:
        return []
    if model == "first":
        return [1.0] + [0.0] * (n - 1)
    if model == "last":
        return [0.0] * (n - 1) + [1.0]
    if model == "linear":
        return [1 / n] * n
    if model == "time_decay":
        weights = [2 ** (-(times[-1] - t) / 24 / half_life) for t in times]
        return [w / sum(weights) for w in weights]
    if model == "u":
        if n <= 2:
            return [1 / n] * n
        return [0.4] + [0.2 / (n - 2)] * (n - 2) + [0.4]
    if opportunity < 0:
        opportunity = n - 1
    if lead < 0 and n >= 3:
        lead = (n - 1) // 2
    weights = [0.0] * n
    for mark in (0, lead, opportunity):
        if mark >= 0:
            weights[mark] += 0.3
    rest = [i for i in range(n) if weights[i] == 0]
    total = sum(weights)
    scale = (0.9 if rest else 1.0) / total
    return [w * scale if w else 0.1 / len(rest) for w in weights]


@st.composite
def journeys(draw):
    rows = draw(st.lists(st.lists(st.integers(0, 2000), max_size=7), min_size=1, max_size=12))
    rows = [sorted(row) for row in rows]
    marks = [
        (draw(st.integers(-1, len(row) - 1)), draw(st.integers(-1, len(row) - 1))) for row in rows
    ]
    return rows, marks


def csr(rows):
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(int)
    return offsets, np.array([t for row in rows for t in row], dtype=float)


@settings(max_examples=150, deadline=None)
@given(journeys())
def test_every_model_is_its_definition_journey_by_journey(world):
    rows, marks = world
    offsets, times = csr(rows)
    lead, opportunity = np.array(marks, dtype=int).reshape(-1, 2).T
    shares = credit_shares(offsets, times, lead_at=lead, opportunity_at=opportunity)
    assert tuple(shares) == MODELS
    for model, found in shares.items():
        expected = [
            share
            for row, (at_lead, at_opportunity) in zip(rows, marks, strict=True)
            for share in by_hand(row, model, at_lead, at_opportunity)
        ]
        np.testing.assert_allclose(found, expected, atol=1e-12, err_msg=model)


@settings(max_examples=100, deadline=None)
@given(journeys(), st.lists(st.integers(-(10**9), 10**9), min_size=12, max_size=12))
def test_each_deal_is_credited_exactly_once_to_the_cent(world, amounts):
    rows, _ = world
    offsets, times = csr(rows)
    worth = np.array(amounts[: len(rows)])
    for shares in credit_shares(offsets, times).values():
        exact = exact_shares(offsets, shares)
        cents = split_amounts(offsets, exact, worth)
        for j, row in enumerate(rows):
            here = slice(offsets[j], offsets[j + 1])
            assert exact[here].sum() == (UNIT if row else 0)
            assert cents[here].sum() == (worth[j] if row else 0)
        assert np.all(np.abs(exact - shares * UNIT) <= 1)


@settings(max_examples=50, deadline=None)
@given(journeys())
def test_a_journey_without_touches_changes_nothing(world):
    rows, _ = world
    offsets, times = csr(rows)
    wider, _ = csr([[], *rows, []])
    plain = credit_shares(offsets, times)
    for model, shares in credit_shares(wider, times).items():
        np.testing.assert_array_equal(shares, plain[model])


@settings(max_examples=50, deadline=None)
@given(journeys(), st.permutations(range(5)))
def test_renaming_channels_moves_credit_with_the_name(world, names):
    rows, _ = world
    offsets, times = csr(rows)
    codes = np.arange(times.size) % 5
    renamed = np.array(names)[codes]
    for shares in credit_shares(offsets, times).values():
        before = np.bincount(codes, shares, minlength=5)
        after = np.bincount(renamed, shares, minlength=5)
        np.testing.assert_allclose(after[list(names)], before)


def test_with_one_touch_all_models_agree():
    for shares in credit_shares([0, 1, 2], [5.0, 9.0]).values():
        np.testing.assert_array_equal(shares, [1.0, 1.0])


def test_of_equal_remainders_the_earlier_touch_gets_the_odd_part():
    exact = exact_shares([0, 3], [1 / 3] * 3)
    assert exact.tolist() == [33_333_334, 33_333_333, 33_333_333]
    assert split_amounts([0, 3], exact, [100]).tolist() == [34, 33, 33]


def test_time_decay_halves_in_a_half_life():
    shares = credit_shares([0, 2], [0.0, 48.0], half_life_days=2, models=["time_decay"])
    np.testing.assert_allclose(shares["time_decay"], [1 / 3, 2 / 3])


def test_a_very_long_journey_still_sums_to_one():
    shares = credit_shares([0, 2], [0.0, 1e6], models=["time_decay"])["time_decay"]
    assert exact_shares([0, 2], shares).tolist() == [0, UNIT]


def test_touches_out_of_time_are_refused():
    with pytest.raises(ValueError, match="in order of time"):
        credit_shares([0, 2], [5.0, 4.0])


def test_an_unknown_model_is_refused_by_name():
    with pytest.raises(ValueError, match="guess"):
        credit_shares([0, 1], [0.0], models=["guess"])


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="sum to one"):
        exact_shares([0, 2], [0.5, 0.4])


def test_an_amount_larger_than_any_deal_is_split_exactly_too():
    shares = [UNIT // 3 + 1, UNIT // 3, UNIT - 2 * (UNIT // 3) - 1]
    split = split_amounts([0, 3], shares, [10**16 + 7])
    assert split.sum() == 10**16 + 7
    for share, part in zip(shares, split, strict=True):
        assert abs(int(part) * UNIT - share * (10**16 + 7)) <= UNIT


def test_compressing_sorts_by_journey_and_time_and_keeps_ties_in_order():
    packed = compress([1, 0, 1, 1], [3.0, 1.0, 2.0, 3.0], 3)
    assert packed.offsets.tolist() == [0, 1, 4, 4]
    assert packed.order.tolist() == [1, 2, 0, 3]


@pytest.mark.skipif(not PATHS.exists(), reason="the public paths are not beside the project")
def test_the_public_paths_give_the_published_credit():
    with PATHS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    paths = [row["path"].split(" > ") for row in rows]
    names = sorted({name for path in paths for name in path})
    code = {name: i for i, name in enumerate(names)}
    offsets = np.concatenate([[0], np.cumsum([len(path) for path in paths])])
    codes = np.array([code[name] for path in paths for name in path])
    times = np.concatenate([np.arange(len(path), dtype=float) for path in paths])
    worth = np.array([float(row["total_conversions"]) for row in rows])
    shares = credit_shares(offsets, times, models=["first", "last", "linear"])
    each = np.repeat(worth, np.diff(offsets))
    credit = {
        model: dict(zip(names, np.bincount(codes, share * each), strict=True))
        for model, share in shares.items()
    }
    first, last, linear = credit["first"], credit["last"], credit["linear"]
    assert (first["alpha"], first["iota"], first["delta"]) == (6308, 4606, 1)
    assert (last["alpha"], last["eta"], last["mi"]) == (8447, 4167, 2)
    assert linear["alpha"] == pytest.approx(7574.719, abs=5e-4)
    assert linear["iota"] == pytest.approx(3857.096, abs=5e-4)
    assert linear["eta"] == pytest.approx(3539.951, abs=5e-4)
    assert linear["beta"] == pytest.approx(2083.500, abs=5e-4)
