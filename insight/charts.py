"""Insight's results as drawings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from plotly import graph_objects as go

from insight.numerics.acceptance import PriceAcceptance
from insight.numerics.pricing import PriceSensitivity
from ipeo.charts import axis, bars, house_figure, token, whiskers
from ipeo.numerics.estimates import Estimate

_CURVES = (
    ("too_cheap", "Too cheap to be good", "optimize", "5px,4px"),
    ("bargain", "A bargain", "execute", "solid"),
    ("expensive", "Getting expensive", "plan", "solid"),
    ("too_expensive", "Too expensive", "bad", "5px,4px"),
)


def price_curves(read: PriceSensitivity, *, currency: str) -> go.Figure:
    """Draw the four curves over the prices, the range that they leave shaded."""
    traces = [
        go.Scatter(
            x=read.prices,
            y=getattr(read, key),
            mode="lines",
            line={"color": token(colour), "width": 2, "dash": dash},
            name=label,
            hovertemplate="%{y:.0%}",
        )
        for key, label, colour, dash in _CURVES
    ]
    figure = house_figure(
        *traces,
        showlegend=True,
        xaxis=axis(currency) | {"range": _shown(read)},
        yaxis=axis("percent") | {"range": [0, 1.02]},
        margin={"t": 52},
    )
    if math.isfinite(read.lower.value) and math.isfinite(read.upper.value):
        figure.add_vrect(
            x0=read.lower.value,
            x1=read.upper.value,
            fillcolor=token("insight-soft"),
            layer="below",
            line_width=0,
        )
    return figure


def _shown(read: PriceSensitivity) -> list[float]:
    """Return the prices worth a look: those few who name ten times as much would squeeze them."""
    far = next(
        (
            float(price)
            for price, share in zip(read.prices, read.too_expensive, strict=True)
            if share >= 0.97
        ),
        float(read.prices[-1]),
    )
    return [0.0, far * 1.05]


def trial_curve(read: PriceSensitivity, *, currency: str) -> go.Figure:
    """Draw the share that would try at each price, and what that earns per person asked."""
    return _demand(
        list(map(float, read.prices)),
        list(map(float, read.trial)),
        list(map(float, read.revenue)),
        currency,
        _shown(read)[1],
    )


def acceptance_curve(read: PriceAcceptance, *, currency: str) -> go.Figure:
    """Draw the share that would buy at each step of the ladder, and what that earns."""
    figure = _demand(
        list(map(float, read.prices)),
        [one.value for one in read.shares],
        list(map(float, read.revenue)),
        currency,
        float(read.prices[-1]) * 1.05,
    )
    figure.data[0].error_y = whiskers(read.shares, tone="ink-3")
    return figure


def _demand(
    prices: list[float],
    shares: Sequence[float | None],
    revenue: list[float],
    currency: str,
    far: float,
) -> go.Figure:
    return house_figure(
        go.Scatter(
            x=prices,
            y=list(shares),
            mode="lines+markers" if len(prices) < 15 else "lines",
            line={"color": token("insight"), "width": 2.5},
            name="Would buy",
            hovertemplate="%{y:.0%}",
        ),
        go.Scatter(
            x=prices,
            y=revenue,
            yaxis="y2",
            mode="lines",
            line={"color": token("optimize"), "width": 2, "dash": "5px,4px"},
            name="Revenue per person asked",
            hovertemplate="%{y:.3~s}",
        ),
        showlegend=True,
        xaxis=axis(currency) | {"range": [0, far]},
        yaxis=axis("percent") | {"rangemode": "tozero"},
        yaxis2={
            **axis(currency),
            "overlaying": "y",
            "tickmode": "auto",
            "tickformat": ".2~s",
            "nticks": 4,
            "side": "right",
            "showgrid": False,
            "rangemode": "tozero",
            "automargin": True,
            "tickfont": {"color": token("ink-2"), "size": 11},
        },
        margin={"t": 52},
    )


def mindset(days: Sequence[date], levels: Sequence[tuple[str, Sequence[Estimate]]]) -> go.Figure:
    """Draw each level of the mind over the waves, with its intervals as whiskers."""
    colours = ("insight", "plan", "execute")
    traces = [
        go.Scatter(
            x=list(days),
            y=[one.value for one in shares],
            error_y=whiskers(shares, tone="ink-3"),
            mode="lines+markers",
            line={"color": token(colour), "width": 2.5},
            name=label,
            hovertemplate="%{y:.0%}",
        )
        for (label, shares), colour in zip(levels, colours, strict=False)
    ]
    return house_figure(
        *traces,
        showlegend=True,
        xaxis={"type": "date", "tickvals": list(days), "tickformat": "%b %Y"},
        yaxis=axis("percent") | {"rangemode": "tozero"},
        margin={"t": 52},
    )


def driver_shares(names: Sequence[str], shares: Sequence[Estimate]) -> go.Figure:
    """Draw how often each driver was named, with intervals."""
    figure = bars(names, shares, stage="insight", kind="percent")
    return figure.update_yaxes(dtick=1)


def response_curve(
    spend: Sequence[float],
    mid: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    today: float,
    currency: str,
    kind: str,
    level: float = 0.8,
) -> go.Figure:
    """Draw what a weekly spend brings a week, with its band, and mark what is spent today.

    `spend`, `mid`, `low` and `high` are of one length; spends are in `currency`, and what they
    bring counts in `kind`.
    """
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": list(spend)}
    figure = house_figure(
        go.Scatter(y=list(low), **edge),
        go.Scatter(y=list(high), fill="tonexty", fillcolor=token("optimize-soft"), **edge),
        go.Scatter(
            x=list(spend),
            y=list(mid),
            customdata=list(zip(low, high, strict=True)),
            mode="lines",
            line={"color": token("optimize"), "width": 2.5},
            name="Weekly return",
            hovertemplate=f"%{{y:.3~s}} ({level:.0%} interval "
            "%{customdata[0]:.3~s} to %{customdata[1]:.3~s})",
        ),
        xaxis={**axis(currency), "title": {"text": "Spend per week"}, "rangemode": "tozero"},
        yaxis={**axis(kind), "rangemode": "tozero"},
        showlegend=False,
    )
    if today > 0:
        figure.add_shape(
            type="line",
            yref="paper",
            x0=today,
            x1=today,
            y0=0,
            y1=1,
            line={"color": token("ink-3"), "width": 1, "dash": "3px,3px"},
        )
        figure.add_annotation(
            x=today,
            yref="paper",
            y=1,
            text="today",
            showarrow=False,
            xanchor="left",
            yanchor="top",
            font={"size": 11, "color": token("ink-2")},
        )
    return figure
