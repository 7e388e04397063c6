"""Estimates and their ends, in numbers and in the words of advice."""

from __future__ import annotations

import math

from ipeo.numerics.estimates import Estimate


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
    return f"{value(e):.0%} (80% interval {low(e):.0%} to {high(e):.0%})"


def points(e: Estimate) -> str:
    """A difference of shares, in points of a percent."""
    middle, *ends = (end * 100 for end in (value(e), low(e), high(e)))
    return f"{middle:+.1f} points (80% interval {ends[0]:+.1f} to {ends[1]:+.1f})"


def money(e: Estimate, currency: str) -> str:
    """An amount in whole units."""
    unit = f" {currency}" if currency else ""
    return f"{value(e):,.0f}{unit} (80% interval {low(e):,.0f} to {high(e):,.0f})"


def figure(e: Estimate) -> str:
    """A plain number."""
    return f"{value(e):.1f} (80% interval {low(e):.1f} to {high(e):.1f})"
