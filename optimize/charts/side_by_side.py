"""What stands beside each other: money, steps, programs, prices, reasons and models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plotly import graph_objects as go

from ipeo.charts import Step, axis, bars, house_figure, plain, token, whiskers
from ipeo.charts import funnel as funnel_figure
from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.changes import hours
from ipeo.templatetags.figures import money_short

CORNERS = ("top right", "bottom left", "top left", "bottom right")
MINDS = 3
"""How many steps of the funnel are marketing's: aware, considering, second look."""


def mindset_to_wallet(steps: Sequence[tuple[str, int]], handoff: Estimate) -> go.Figure:
    """Draw the funnel of a cycle; `steps` are labels with how many came so far, minds first.

    `handoff` is the median time in hours from a mind changed to sales' first touch.
    """
    return funnel_figure(
        [
            Step(label, reached, "insight" if place < MINDS else "execute")
            for place, (label, reached) in enumerate(steps)
        ],
        handoff=f"handoff, median {hours(handoff.value)}"
        if handoff.value is not None
        else "handoff",
    )


def spend_and_margin(
    months: Sequence[date],
    spend: Sequence[float | None],
    margin: Sequence[float | None],
    *,
    currency: str,
) -> go.Figure:
    """Draw each month's spend beside the margin of the deals won in it."""
    names = [f"{month:%b %Y}" for month in months]
    short = [
        f"{month:%b}<br>{month:%Y}"
        if month.month == 1 or (place == 0 and month.month < 11)
        else f"{month:%b}"
        for place, month in enumerate(months)
    ]
    traces = [
        go.Bar(
            x=names,
            y=list(spend),
            name="Spend",
            marker={"color": token("execute"), "opacity": 0.4},
        ),
        go.Bar(x=names, y=list(margin), name="Won margin", marker={"color": token("optimize")}),
    ]
    figure = house_figure(
        *traces,
        barmode="group",
        showlegend=True,
        margin={"t": 32},
        xaxis={"type": "category", "tickvals": names, "ticktext": short, "tickangle": 0},
        yaxis={**axis(currency), "rangemode": "tozero"},
    )
    for trace in figure.data:
        trace.hovertemplate = "%{y:,.0f}"
    return figure


def down_to_pocket(steps: Sequence[tuple[str, float, bool]], *, currency: str) -> go.Figure:
    """Draw the way from list to pocket price; `steps` are label, amount, and whether a total."""
    trace = go.Waterfall(
        x=[plain(label) for label, _, _ in steps],
        y=[amount for _, amount, _ in steps],
        measure=[
            "absolute" if place == 0 else "total" if total else "relative"
            for place, (_, _, total) in enumerate(steps)
        ],
        connector={"line": {"color": token("line"), "width": 1}},
        decreasing={"marker": {"color": token("bad")}},
        increasing={"marker": {"color": token("good")}},
        totals={"marker": {"color": token("optimize")}},
        text=[money_short(amount, currency.partition(":")[0]) for _, amount, _ in steps],
        hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )
    return house_figure(trace, hovermode="closest", yaxis={**axis(currency), "rangemode": "tozero"})


@dataclass(frozen=True)
class Spot:
    """A program in the quadrant: what its money brings, and the share of it won on value."""

    number: int
    label: str
    romi: Estimate
    value: Estimate
    amount: float


def _floor(spots: Sequence[Spot], healthy: float) -> float:
    """Where the share won on value begins on its axis: below all intervals and the line."""
    lowest = min((one.value.low or 0.0 for one in spots), default=0.0)
    return max(min(lowest, healthy) - 0.1, -0.05)


def value_quadrant(spots: Sequence[Spot], *, healthy: float) -> go.Figure:
    """Draw programs by return and how they win, numbered bubbles by won money, with intervals.

    Those to the right pay, those above `healthy` win on value.
    """
    known = [one for one in spots if one.romi.value is not None and one.value.value is not None]
    largest = max((one.amount for one in known), default=0.0) or 1.0

    figure = house_figure(
        go.Scatter(
            x=[one.romi.value for one in known],
            y=[one.value.value for one in known],
            error_x=whiskers([one.romi for one in known], tone="ink-3", cap=0),
            error_y=whiskers([one.value for one in known], tone="ink-3", cap=0),
            text=[str(one.number) for one in known],
            customdata=[plain(one.label) for one in known],
            mode="markers+text",
            textposition=[CORNERS[place % 4] for place in range(len(known))],
            textfont={"size": 12, "color": token("ink")},
            marker={
                "size": [8 + 16 * (one.amount / largest) ** 0.5 for one in known],
                "color": token("optimize"),
                "opacity": 0.75,
                "line": {"width": 0},
            },
            hovertemplate="%{customdata}: returns %{x:.1f}, %{y:.0%} on value<extra></extra>",
        ),
        hovermode="closest",
        xaxis={
            **axis("times"),
            "title": {"text": "Margin ROMI"},
            "showgrid": True,
            "gridcolor": token("line"),
        },
        yaxis={
            **axis("percent"),
            "title": {"text": "Won on value"},
            "range": [_floor(known, healthy), 1.06],
        },
        margin={"t": 20},
    )
    line = {"color": token("ink-3"), "width": 1, "dash": "3px,4px"}
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=healthy, y1=healthy, line=line)
    figure.add_shape(type="line", yref="paper", x0=0, x1=0, y0=0, y1=1, line=line)
    return figure


def win_rates(lines: Sequence[tuple[str, Estimate]]) -> go.Figure:
    """Draw win rates as lying bars with their intervals."""
    figure = bars(
        [label for label, _ in lines],
        [one for _, one in lines],
        stage="optimize",
        kind="percent",
    )
    figure.update_yaxes(dtick=1)
    return figure


def two_voices(lines: Sequence[tuple[str, Estimate, Estimate]]) -> go.Figure:
    """Draw how often reps and buyers name each driver, side by side, with intervals."""
    traces = []
    reps = [(label, one) for label, one, _ in lines]
    buyers = [(label, one) for label, _, one in lines]
    for name, tone, held in (("Reps", "execute", reps), ("Buyers", "insight", buyers)):
        known = [(label, one) for label, one in held if one.known]
        traces.append(
            go.Bar(
                y=[plain(label) for label, _ in known],
                x=[one.value for _, one in known],
                error_x=whiskers([one for _, one in known], tone="ink-2", cap=3),
                orientation="h",
                name=name,
                marker={"color": token(tone), "cornerradius": 4, "opacity": 0.85},
                hovertemplate=f"%{{y}}: named by %{{x:.0%}} of {name.lower()}<extra></extra>",
            )
        )
    return house_figure(
        *traces,
        barmode="group",
        hovermode="closest",
        showlegend=True,
        margin={"t": 32},
        xaxis={**axis("percent"), "showgrid": True, "gridcolor": token("line"), "nticks": 5},
        yaxis={"autorange": "reversed", "showgrid": False, "ticklabelstandoff": 8, "dtick": 1},
    )


def models_side_by_side(
    names: Sequence[str],
    models: Sequence[str],
    credit: Sequence[Sequence[Estimate]],
    *,
    kind: str,
) -> go.Figure:
    """Draw what each model credits to each name, as points with intervals beside one another.

    `credit` has a row for each name with an estimate for each model; the last two learn from
    deals that were not won, and stand out.
    """
    middle = (len(models) - 1) / 2
    traces = []
    for place, model in enumerate(models):
        held = [row[place] for row in credit]
        learns = place >= len(models) - 2
        tone = "optimize" if learns else "ink-3"
        values = [one.value for one in held]
        traces.append(
            go.Scatter(
                x=[row + (place - middle) * 0.09 for row in range(len(names))],
                y=values,
                mode="markers",
                name=model,
                marker={
                    "color": token(tone),
                    "size": 8,
                    "symbol": "diamond" if learns else "circle",
                },
                error_y=whiskers(held, tone=tone, cap=0),
                hovertemplate="%{y:,.3~s}",
            )
        )
    ticks = {
        "tickvals": list(range(len(names))),
        # A word a line: on a phone the names stand upright side by side.
        "ticktext": [plain(name).replace(" ", "<br>") for name in names],
        "tickangle": 0,
    }
    return house_figure(
        *traces,
        showlegend=False,
        margin={"t": 16},
        xaxis={**ticks, "showgrid": False, "zeroline": False},
        yaxis={**axis(kind), "rangemode": "tozero"},
    )
