"""The numerics on a plain file, with no workspace, so that anyone can check them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from execute.numerics.sheets import Sheet
from insight.numerics.pricing import FEWEST, LIKELIHOODS, Point, price_sensitivity
from optimize.numerics import experiments, pathways
from optimize.numerics.impact import Impact, Interval, impact
from optimize.numerics.regional_looks import TooLittleKnown, regional_looks
from optimize.numerics.regions import regional_impact
from optimize.queries.columns import (
    MISSING,
    NotReadable,
    as_day,
    column,
    estimate,
    filled,
    first_of,
    number,
    numbers,
    optional,
)

Floats = npt.NDArray[np.float64]

BUCKETS = 100
_NO_MORE = "chance alone does as much as all that came"
_NO_SHARE = "nothing would have come without it, so there is no share of that"
_BROKEN_SPLIT = 0.001
_FEW = 10
_MANY = 1000
"""Buyers of one path beyond which they are not drawn one by one."""


def attribution(file: Path) -> dict[str, Any]:
    """Credit of every model from paths `a > b > c` with conversions, value and nulls.

    Steps are taken to be a day apart. A path's conversions are spread over buckets as if each
    were a buyer of its own, which is what the intervals rest on.
    """
    sheet = filled(file)
    paths = [
        [step.strip() for step in str(cell).split(">")]
        for cell in column(sheet, first_of(sheet, "path"))
    ]
    counts = numbers(sheet, first_of(sheet, "total_conversions", "conversions"))
    value = optional(sheet, "total_conversion_value", "conversion_value", "value")
    lost = optional(sheet, "total_null", "nulls", "null")
    lost = np.zeros(len(counts)) if lost is None else lost
    nameless = [i for i, path in enumerate(paths) if not all(path)]
    if nameless:
        raise NotReadable(f"Line {sheet.line_numbers[nameless[0]]}: a step of the path is empty.")
    if ((counts % 1) != 0).any() or ((lost % 1) != 0).any():
        raise NotReadable("Conversions and nulls are whole numbers.")
    if (counts < 0).any() or (lost < 0).any():
        raise NotReadable("A path has a negative count.")
    paid = np.zeros(len(counts)) if value is None else value
    free = np.flatnonzero((counts == 0) & (paid != 0))
    if free.size:
        line = sheet.line_numbers[free[0]]
        raise NotReadable(f"Line {line}: a path has a value and no conversion.")
    names, code = np.unique([step for path in paths for step in path], return_inverse=True)
    row, bucket, bought, missed = _as_buyers(counts, lost)
    lengths = np.array([len(path) for path in paths], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    chosen = lengths[row]
    offsets = np.concatenate([[0], np.cumsum(chosen)])
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], chosen)
    codes = code[np.repeat(starts[row], chosen) + place]
    worth = bought if value is None else bought * _each(value, counts)[row]
    told: dict[str, Any] = {model: {name: {} for name in names} for model in pathways.EVERY}
    for kind, of in (("conversions", bought), ("value", worth)):
        if kind == "value" and value is None:
            continue
        credit = pathways.credit(
            pathways.tally(
                codes,
                offsets,
                n_channels=len(names),
                converted=bought,
                lost=missed,
                worth=of,
                bucket=bucket,
                n_buckets=BUCKETS,
            )
        )
        for model, found in credit.items():
            for name, *ends in zip(names, found.value, found.low, found.high, strict=True):
                told[model][name][kind] = estimate(*ends)
    return {
        "models": told,
        "conversions": float(counts.sum()),
        "value": None if value is None else float(value.sum()),
        "nulls": float(lost.sum()),
    }


def experiment(
    file: Path, *, arm: str, outcome: str, control: str = "", before: str = ""
) -> dict[str, Any]:
    """Each arm against the control: the arm of that name, else the largest whose name says so."""
    sheet = filled(file)
    arms = np.array([str(cell).strip() for cell in column(sheet, arm)])
    nameless = np.flatnonzero(arms == "")
    if nameless.size:
        line = sheet.line_numbers[nameless[0]]
        raise NotReadable(f"Line {line}, {arm}: there is no arm.")
    values = numbers(sheet, outcome, truth=True)
    covariate = numbers(sheet, before) if before else None
    names = sorted(set(arms))
    if len(names) < 2:
        raise NotReadable("An experiment has two arms or more.")
    base = control or _likely_control(names)
    if base not in names:
        raise NotReadable(f"There is no arm “{base}”; there are {', '.join(names)}.")
    is_rate = bool(np.isin(values, (0.0, 1.0)).all()) and covariate is None
    groups = {name: arms == name for name in names}
    sums = {
        name: experiments.Arm.of_rate(chosen.sum(), values[chosen].sum())
        if is_rate
        else experiments.Arm.of_values(
            values[chosen], None if covariate is None else covariate[chosen]
        )
        for name, chosen in groups.items()
    }
    told = {
        "control": base,
        "is_rate": is_rate,
        "arms": [
            {"arm": name, "n": int(held.n), "sum": float(held.y), "mean": float(held.mean)}
            for name, held in sums.items()
        ],
        "comparisons": [
            _comparison(base, name, sums[base], sums[name]) for name in names if name != base
        ],
        "sample_ratio_p": experiments.sample_ratio_p([held.n for held in sums.values()]),
    }
    told["warnings"] = _experiment_warnings(told, values, groups, is_rate)
    return told


def before_and_after(
    file: Path, *, outcome: str, series: Sequence[str], start: str
) -> dict[str, Any]:
    """What an event did from period `start` on: a row counted from 0, or a date of the file."""
    sheet = filled(file)
    y = numbers(sheet, outcome)
    x = np.column_stack([numbers(sheet, name) for name in series]) if series else None
    if start.isdecimal():
        return _impact(impact(y, int(start), series=x))
    order, at = _by_date(sheet, start)
    return _impact(impact(y[order], at, series=None if x is None else x[order]))


def geo(
    file: Path, *, unit: str, day: str, outcome: str, treated: Sequence[str], start: str
) -> dict[str, Any]:
    """What was done to the treated regions, against a weighted mean of the others.

    `sequential` is the relative effect as it could be told at any look, the file's last day taken
    as the planned end.
    """
    sheet = filled(file)
    units = [str(cell).strip() for cell in column(sheet, unit)]
    days = [as_day(cell) for cell in column(sheet, day)]
    values = numbers(sheet, outcome)
    names, when = sorted(set(units)), sorted(set(days))
    treated, start = list(dict.fromkeys(treated)), as_day(start)
    missing = [name for name in treated if name not in names]
    if missing:
        raise NotReadable(f"There is no region “{missing[0]}”.")
    table = np.full((len(when), len(names)), np.nan)
    row = {one: i for i, one in enumerate(when)}
    place = {one: i for i, one in enumerate(names)}
    for name, one, value in zip(units, days, values, strict=True):
        if not math.isnan(table[row[one], place[name]]):
            raise NotReadable(f"“{name}” has two numbers on {one}.")
        table[row[one], place[name]] = value
    whole = ~np.isnan(table).any(axis=0)
    apart = [name for name, held in zip(names, whole, strict=True) if not held]
    if set(apart) & set(treated):
        raise NotReadable(f"“{apart[0]}” lacks a number on some day.")
    others = [name for name in names if name not in treated and name not in apart]
    at = int(np.searchsorted(np.array([str(one) for one in when]), start))
    ours = [place[name] for name in treated]
    rest = [place[name] for name in others]
    found = regional_impact(table[:, ours], table[:, rest], at)
    return {
        "effect": _interval(found.effect, found.reason),
        "cumulative": _interval(found.cumulative, found.reason),
        "relative": _interval(
            found.relative, _NO_SHARE if math.isnan(found.relative.value) else found.reason
        ),
        "p": found.p,
        "sequential": _whenever(table[:, ours], table[:, rest], at),
        "weights": {
            name: float(weight)
            for name, weight in sorted(
                zip(others, found.weights, strict=True), key=lambda one: -one[1]
            )
            if weight > 1e-6
        },
        "fit_error": found.fit_error,
        "left_out": apart,
    }


def price(file: Path, *, columns: Sequence[str], likely: Sequence[str] = ()) -> dict[str, Any]:
    """Price sensitivity from four columns: too cheap, cheap, expensive, too expensive."""
    if len(columns) != 4 or len(likely) not in (0, 2):
        raise NotReadable("Four columns of prices are needed, and of likelihoods two or none.")
    sheet = filled(file)
    answers = np.column_stack([numbers(sheet, name, gaps=True) for name in columns])
    chances = np.column_stack([_likelihoods(sheet, name) for name in likely]) if likely else None
    found = price_sensitivity(answers, likelihoods=chances)
    unasked = "" if likely else "no columns of likelihoods were named"
    return {
        "valid": found.valid,
        "invalid": found.invalid,
        "lower": _point(found.lower),
        "upper": _point(found.upper),
        "indifference": _point(found.indifference),
        "optimum": _point(found.optimum),
        "most_trial": _point(found.most_trial, unasked),
        "most_revenue": _point(found.most_revenue, unasked),
        "warning": found.warning,
    }


def _as_buyers(
    counts: Floats, lost: Floats
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, Floats]:
    """Spread each path's buyers over the buckets at random: (row, bucket, bought, missed)."""
    random = np.random.default_rng(0)
    found: dict[str, npt.NDArray[np.int64]] = {}
    weight: dict[str, Floats] = {}
    for name, many in (("bought", counts), ("missed", lost)):
        counted = many.astype(np.int64)
        few = counted <= _MANY
        row = np.repeat(np.arange(many.size, dtype=np.int64), np.where(few, counted, 0))
        drawn = row * BUCKETS + random.integers(0, BUCKETS, row.size)
        # A path of many buyers is drawn whole, so that memory does not grow with its count.
        large = np.flatnonzero(~few)
        split = random.multinomial(counted[large], np.full(BUCKETS, 1 / BUCKETS))
        place = (large[:, None] * BUCKETS + np.arange(BUCKETS)).ravel()
        found[name] = np.concatenate([drawn, place])
        weight[name] = np.concatenate([np.ones(drawn.size), split.ravel()])
    keys = np.unique(np.concatenate(list(found.values())))
    sums = [
        np.bincount(np.searchsorted(keys, found[name]), weight[name], minlength=keys.size).astype(
            np.float64
        )
        for name in found
    ]
    return keys // BUCKETS, keys % BUCKETS, sums[0], sums[1]


def _comparison(
    base: str, name: str, one: experiments.Arm, other: experiments.Arm
) -> dict[str, Any]:
    found = experiments.compare(one, other)
    why = "the outcomes do not vary, so nothing is known of chance"
    if min(one.n, other.n) < 2:
        why = "an arm of one has no spread"
    difference = _ends(found.difference, found.difference_se, why)
    if not one.mean > 0:
        why = f"the mean of “{base}” is not above nothing, so there is no lift relative to it"
    return {
        "control": base,
        "arm": name,
        "difference": difference,
        "lift": estimate(found.lift, found.low, found.high, why),
        "se": number(found.se),
        "p": number(found.p),
        "sequential": estimate(found.lift, found.always_low, found.always_high, why),
    }


def _experiment_warnings(
    told: dict[str, Any], values: Floats, groups: dict[str, Any], is_rate: bool
) -> list[str]:
    said = []
    if told["sample_ratio_p"] < _BROKEN_SPLIT:
        said.append(
            "The arms are not of equal size. Where equal arms were meant, the split is broken "
            "and the results mean nothing."
        )
    for name, chosen in groups.items():
        did = int(np.count_nonzero(values[chosen]))
        if did < _FEW:
            what = "converted" if is_rate else "have a value other than zero"
            said.append(f"Only {did} in “{name}” {what}: its interval is rough.")
    return said


def _likely_control(names: Sequence[str]) -> str:
    for name in names:
        if name.lower() in {"control", "holdout", "psa", "a", "none"} or name.lower()[:3] == "no ":
            return name
    raise NotReadable(f"Say which arm is the control: {', '.join(names)}.")


def _impact(found: Impact) -> dict[str, Any]:
    return {
        "effect": _interval(found.effect, ""),
        "cumulative": _interval(found.cumulative, ""),
        "relative": _interval(found.relative, _NO_SHARE),
        "p": found.p,
    }


def _likelihoods(sheet: Sheet, name: str) -> Floats:
    """Chances to buy, as numbers from 0 to 1 or as the five usual answers in words."""
    found = np.full(len(sheet), np.nan)
    for i, cell in enumerate(column(sheet, name)):
        text = str(cell).strip().lower()
        if text in LIKELIHOODS:
            found[i] = LIKELIHOODS[text]
        elif text not in MISSING:
            try:
                found[i] = float(text)
            except ValueError:
                line = sheet.line_numbers[i]
                raise NotReadable(f"Line {line}, {name}: “{text[:60]}” is no likelihood.") from None
    return found


def _by_date(sheet: Sheet, start: str) -> tuple[npt.NDArray[np.int64], int]:
    """Return the rows in the order of the column that has this date, and its place in them."""
    for cells in sheet.columns:
        days = [str(cell)[:10] for cell in cells]
        if start not in days:
            continue
        order = np.argsort([as_day(day) for day in days], kind="stable")
        if len(set(days)) < len(days):
            raise NotReadable("Two lines have one date.")
        return order, sorted(days).index(start)
    raise NotReadable(f"No row is of {start}.")


def _each(value: Floats, counts: Floats) -> Floats:
    return np.divide(value, counts, out=np.zeros_like(value), where=counts > 0)


def _ends(value: Any, se: Any, why: str) -> dict[str, Any]:
    reach = 1.959963984540054 * float(se)
    return {**estimate(value, value - reach, value + reach, why), "se": number(se)}


def _whenever(treated: Floats, others: Floats, start: int) -> dict[str, Any]:
    """The relative effect with the interval that holds at every look, or why it is not known."""
    length = treated.shape[0] - start
    try:
        found = regional_looks(treated, others, start, length, unit="periods")
    except TooLittleKnown as refusal:
        return estimate(math.nan, math.nan, math.nan, str(refusal))
    return estimate(found.lift[-1], found.low[-1], found.high[-1], _NO_MORE)


def _interval(found: Interval, why: str) -> dict[str, Any]:
    return estimate(found.value, found.low, found.high, why)


def _point(found: Point, why: str = "") -> dict[str, Any]:
    if not math.isnan(found.value):
        why = f"fewer than {FEWEST} people are too few for an interval"
    return estimate(found.value, found.low, found.high, why or "the two curves do not cross")
