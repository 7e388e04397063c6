"""Optimize's drawings: results in, Plotly figures out."""

from optimize.charts.over_time import (
    efficacy,
    lift_over_time,
    mark_change,
    regions_over_time,
    way_to_goal,
)
from optimize.charts.side_by_side import (
    Spot,
    down_to_pocket,
    mindset_to_wallet,
    models_side_by_side,
    spend_and_margin,
    two_voices,
    value_quadrant,
    win_rates,
)

__all__ = [
    "Spot",
    "down_to_pocket",
    "efficacy",
    "lift_over_time",
    "mark_change",
    "mindset_to_wallet",
    "models_side_by_side",
    "regions_over_time",
    "spend_and_margin",
    "two_voices",
    "value_quadrant",
    "way_to_goal",
    "win_rates",
]
