"""The house's Plotly theme and its common drawings.

Figures name colours by the design's tokens, `var(--plan)`: the page's own script resolves them
against the stylesheet, so that one figure serves light and dark. Every builder returns a
`plotly.graph_objects.Figure`; `figure_json` turns it into what a page sends.
`layout.meta.narrow` holds what changes on a narrow screen, by dotted path.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Literal

from babel.numbers import format_currency
from plotly import graph_objects as go

from ipeo.numerics.estimates import Estimate

Stage = Literal["insight", "plan", "execute", "optimize"]
Kind = str
"""What an axis counts: `number`, `percent`, `times`, `count`, or a currency's three letters."""


def plain(text: str) -> str:
    """Return text as a drawing shows it letter by letter: Plotly reads tags in its labels."""
    return escape(text, quote=False)


def token(name: str) -> str:
    """Return the colour of a design token, as figures name it."""
    return f"var(--{name})"


_AXIS = {
    "showgrid": False,
    "zeroline": False,
    "showline": False,
    "ticks": "",
    "automargin": True,
    "fixedrange": True,
    "ticklabelstandoff": 5,  # the first labels of both axes do not meet in the corner
    "tickfont": {"color": token("ink-2"), "size": 11},
    "title": {"font": {"color": token("ink-2"), "size": 11}, "standoff": 8},
}

HOUSE = go.layout.Template(
    layout={
        "margin": {"l": 8, "r": 8, "t": 16, "b": 8},
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,
        "bargap": 0.28,
        "colorway": [token(name) for name in ("plan", "execute", "optimize", "insight", "ink-3")],
        "xaxis": _AXIS,
        "yaxis": {**_AXIS, "showgrid": True, "gridcolor": token("line"), "nticks": 5},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 11, "color": token("ink-2")},
        },
    }
)


@dataclass(frozen=True)
class Event:
    """Something that happened on a day and is marked on a drawing: 'rival launched'."""

    on: date
    label: str


@dataclass(frozen=True)
class Step:
    """One step of the funnel: what it is called, how many reached it, and whose step it is."""

    label: str
    reached: int
    stage: Stage = "insight"


def house_figure(*traces: go.Figure, **layout: object) -> go.Figure:
    """Return a figure in the house's theme."""
    return go.Figure(data=list(traces), layout={"template": HOUSE, **layout})


def figure_json(figure: go.Figure) -> str:
    """Return the figure as JSON for a page's data block or for the chart's own address."""
    return str(figure.to_json(validate=False))


def axis(kind: Kind) -> dict[str, object]:
    """Return the ticks of an axis that counts in `kind`."""
    if kind == "percent":
        return {"tickformat": ".0%"}
    if kind == "times":
        return {"tickformat": "~g", "ticksuffix": "\N{MULTIPLICATION SIGN}"}
    if len(kind) == 3 and kind.isupper():
        sign = format_currency(0, kind, format="¤", locale="en_US").replace("0", "").strip()
        return {"tickformat": "~s", "tickprefix": sign}
    return {"tickformat": ",~g" if kind == "number" else ",d"}


def funnel(steps: Sequence[Step], *, handoff: str = "") -> go.Figure:
    """Draw the path from mindset to wallet: one bar for each step, its count beneath.

    Heights follow the square root of the counts, so that the few at the end can still be seen;
    each label therefore carries its own count. `handoff` is written on the line where marketing
    hands over to sales: between the last step of Insight and the first of Execute.
    """
    places = list(range(len(steps)))
    fades = _fades(steps)
    bars = go.Bar(
        x=places,
        y=[math.sqrt(max(step.reached, 0)) for step in steps],
        marker={
            "color": [token(step.stage) for step in steps],
            "opacity": fades,
            "cornerradius": 4,
        },
        customdata=[
            [plain(step.label), step.reached, _kept(steps, place)]
            for place, step in enumerate(steps)
        ],
        hovertemplate="%{customdata[0]}: %{customdata[1]:,d}%{customdata[2]}<extra></extra>",
    )
    notes: list[dict[str, object]] = [
        {
            "x": place,
            "y": 0,
            "yref": "paper",
            "yshift": -18,
            "yanchor": "top",
            "text": f"{step.reached:,d}",
            "showarrow": False,
            "font": {"size": 12, "weight": 600, "color": token("ink")},
        }
        for place, step in enumerate(steps)
    ]
    margin, shapes = {"l": 0, "r": 0, "b": 40}, []
    edge = next((n for n in places[1:] if steps[n].stage != steps[n - 1].stage), None)
    if edge is not None and handoff:
        shapes.append(_upright(edge - 0.5))
        notes.append(_note(edge - 0.5, handoff, anchor="center"))
        margin["t"] = 28
    return house_figure(
        bars,
        hovermode="closest",
        bargap=0.18,
        xaxis={
            "tickvals": places,
            "ticktext": [plain(step.label) for step in steps],
            "range": [-0.5, len(steps) - 0.5],
            "tickangle": 0,
        },
        yaxis={"visible": False, "rangemode": "tozero"},
        margin=margin,
        shapes=shapes,
        annotations=notes,
        meta={"narrow": {"xaxis.tickfont.size": 9}},
    )


def _fades(steps: Sequence[Step]) -> list[float]:
    """Return each step's opacity: its stage's first step in full, the later ones lighter."""
    fades: list[float] = []
    for place, step in enumerate(steps):
        first = place == 0 or steps[place - 1].stage != step.stage
        fades.append(0.95 if first else max(fades[-1] - 0.2, 0.3))
    return fades


def _kept(steps: Sequence[Step], place: int) -> str:
    before = steps[place - 1].reached if place else 0
    return f", {steps[place].reached / before:.0%} of those before" if before else ""


def band(
    days: Sequence[date],
    values: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
    *,
    stage: Stage = "optimize",
    kind: Kind = "number",
    name: str = "Estimate",
    level: float = 0.8,
    forecast_from: date | None = None,
    events: Sequence[Event] = (),
    break_even: float | None = None,
) -> go.Figure:
    """Draw a line with its interval as a band.

    `days`, `values`, `low` and `high` are of one length. From `forecast_from` on the line is
    dashed. Events are marked by upright lines, and `break_even` by a level one.

    Raises ValueError when the lengths differ.
    """
    if not len(days) == len(values) == len(low) == len(high):
        raise ValueError("a band needs as many values and ends as days")
    past = [n for n, day in enumerate(days) if forecast_from is None or day <= forecast_from]
    ahead = [n for n, day in enumerate(days) if forecast_from is not None and day >= forecast_from]
    hover = "%{y:.3~s}"
    # Plotly copies what it is given some times over, and days are slow to copy.
    x = [day.isoformat() for day in days]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": x}
    traces = [
        go.Scatter(y=list(low), **edge),
        go.Scatter(y=list(high), fill="tonexty", fillcolor=token(f"{stage}-soft"), **edge),
    ]
    for part, dash, label in ((past, "solid", name), (ahead, "6px,5px", f"{name}, forecast")):
        traces.append(
            go.Scatter(
                x=[x[n] for n in part],
                y=[values[n] for n in part],
                customdata=[[low[n], high[n]] for n in part],
                mode="lines",
                line={"color": token(stage), "width": 2.5, "dash": dash},
                name=label,
                hovertemplate=f"{hover} ({level:.0%} interval "
                "%{customdata[0]:.3~s} to %{customdata[1]:.3~s})",
            )
        )
    shapes = [_upright(event.on) for event in events]
    notes = [_note(event.on, event.label) for event in events]
    if break_even is not None:
        shapes.insert(0, _level(break_even))
        notes.insert(0, _break_even_note(break_even))
    return house_figure(
        *traces, xaxis={"type": "date"}, yaxis=axis(kind), shapes=shapes, annotations=notes
    )


def _level(y: float) -> dict[str, object]:
    line = {"color": token("bad"), "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y, "line": line}


def _break_even_note(y: float) -> dict[str, object]:
    return {
        "xref": "paper",
        "x": 0,
        "y": y,
        "text": "break-even",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "top",
        "bgcolor": token("card"),
        "font": {"size": 11, "color": token("ink-2")},
    }


def _upright(x: object) -> dict[str, object]:
    line = {"color": token("ink-3"), "width": 1, "dash": "3px,4px"}
    return {"type": "line", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _note(x: object, text: str, *, anchor: str = "left") -> dict[str, object]:
    return {
        "x": x,
        "y": 1,
        "yref": "paper",
        "text": plain(text),
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "bottom" if anchor == "center" else "top",
        "xshift": 0 if anchor == "center" else 5,
        "font": {"size": 11, "color": token("ink-2")},
    }


def bars(
    labels: Sequence[str],
    held: Sequence[Estimate],
    *,
    stage: Stage = "execute",
    kind: Kind = "number",
) -> go.Figure:
    """Draw lying bars, one for each label, the first on top, with whiskers for their intervals.

    A value that is not known has no bar, and its label says so.
    """
    shown = [
        plain(label if one.value is not None else f"{label} (not known)")
        for label, one in zip(labels, held, strict=True)
    ]
    trace = go.Bar(
        y=shown,
        x=[one.value for one in held],
        orientation="h",
        error_x=whiskers(held, tone="ink"),
        marker={"color": token(stage), "cornerradius": 4, "opacity": 0.85},
        hovertemplate="%{y}: %{x:.3~s}<extra></extra>",
    )
    return house_figure(
        trace,
        hovermode="closest",
        xaxis={**axis(kind), "showgrid": True, "gridcolor": token("line"), "nticks": 5},
        yaxis={"autorange": "reversed", "showgrid": False, "ticklabelstandoff": 8},
    )


def whiskers(held: Sequence[Estimate], *, tone: str = "ink-2", cap: int = 4) -> dict[str, object]:
    """Return intervals as lines about their values, `cap` pixels wide at their ends.

    An interval that is not known has no line.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": [_reach(one.value, one.high) for one in held],
        "arrayminus": [_reach(one.low, one.value) for one in held],
        "color": token(tone),
        "thickness": 1.2 if cap else 1,
        "width": cap,
    }


def _reach(start: float | None, end: float | None) -> float:
    return max(end - start, 0.0) if start is not None and end is not None else 0.0


def spend_against_plan(
    months: Sequence[date],
    planned: Sequence[float],
    committed: Sequence[float],
    actual: Sequence[float],
    *,
    currency: str = "USD",
    today: date | None = None,
) -> go.Figure:
    """Draw each month's actual and committed spend as stacked bars against its plan as a mark."""
    names = [f"{month:%b %Y}" for month in months]
    short = [
        f"{month:%b}<br>{month:%Y}" if place == 0 or month.month == 1 else f"{month:%b}"
        for place, month in enumerate(months)
    ]
    stacks = [
        go.Bar(x=names, y=list(actual), name="Actual", marker={"color": token("execute")}),
        go.Bar(
            x=names, y=list(committed), name="Committed", marker={"color": token("execute-soft")}
        ),
    ]
    plan = go.Scatter(
        x=names,
        y=list(planned),
        name="Planned",
        mode="markers",
        marker={
            "symbol": "line-ew",
            "size": 26,
            "line": {"color": token("plan"), "width": 2.5},
        },
    )
    figure = house_figure(
        *stacks,
        plan,
        barmode="stack",
        showlegend=True,
        margin={"t": 32},
        xaxis={
            "type": "category",
            "range": [-0.5, len(months) - 0.5],
            "tickvals": names,
            "ticktext": short,
            "tickangle": 0,
        },
        yaxis={**axis(currency), "rangemode": "tozero"},
    )
    for trace in figure.data:
        trace.hovertemplate = "%{y:,.0f}"
    if today is not None and f"{today:%b %Y}" in names:
        place = names.index(f"{today:%b %Y}")
        figure.add_shape(
            type="rect",
            xref="x",
            yref="paper",
            x0=place - 0.5,
            x1=place + 0.5,
            y0=0,
            y1=1,
            fillcolor=token("ink-soft"),
            line={"width": 0},
            layer="below",
            opacity=0.45,
        )
    return figure
