"""Estimates and their ends, in numbers and in the words of advice."""

from __future__ import annotations

import math
from collections.abc import Callable

from ipeo.numerics.estimates import LEVEL, Estimate

_LEVEL = f"{LEVEL:.0%}"


def value(estimate: Estimate) -> float:
    """Its value; not a number where it is not known."""
    return math.nan if estimate.value is None else estimate.value


def low(estimate: Estimate) -> float:
    """Its low end; minus infinity where there is none."""
    return -math.inf if estimate.low is None else estimate.low


def high(estimate: Estimate) -> float:
    """Its high end; infinity where there is none."""
    return math.inf if estimate.high is None else estimate.high


def percent(e: Estimate) -> str:
    """A share, in percent."""
    return _with_interval(e, lambda end: _minus(f"{end:.0%}"))


def points(e: Estimate) -> str:
    """A difference of shares, in points of a percent."""
    middle, *ends = (_minus(f"{end * 100:+.1f}") for end in (value(e), low(e), high(e)))
    return f"{middle} points ({_LEVEL} interval {ends[0]} to {ends[1]})"


def money(e: Estimate, write: Callable[[float], str]) -> str:
    """An amount, each end as `write` writes it."""
    return _with_interval(e, write)


def plain(amount: float) -> str:
    """An amount without its currency, where none is known."""
    return _minus(f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}")


def figure(e: Estimate) -> str:
    """A plain number."""
    return _with_interval(e, lambda end: _minus(f"{end:.1f}"))


def _with_interval(e: Estimate, write: Callable[[float], str]) -> str:
    return f"{write(value(e))} ({_LEVEL} interval {write(low(e))} to {write(high(e))})"


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
