"""Plan's drawings: results in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Sequence

from plotly import graph_objects as go

from ipeo.charts import axis, house_figure, token


def response(
    amounts: Sequence[float],
    middle: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    planned: float,
    suggested: float | None,
    currency: str,
) -> go.Figure:
    """Draw what a program's money brings over a cycle, with its band, and where plans stand."""
    figure = house_figure()
    figure.add_scatter(
        x=[*amounts, *reversed(amounts)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=token("plan-soft"),
        line={"width": 0},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=list(amounts),
        y=list(middle),
        mode="lines",
        name="Expected margin",
        line={"color": token("plan"), "width": 2.5},
        hovertemplate="%{y:,.3~s}",
    )
    marks = [("plan", planned, "solid", token("ink"))]
    if suggested is not None:
        marks.append(("suggested", suggested, "dot", token("ink-2")))
    for place, (name, at, dash, colour) in enumerate(marks):
        right = at < (amounts[-1] * 0.6) and (place == 1 or suggested is None or planned > at)
        figure.add_vline(
            x=at,
            line={"color": colour, "width": 1.5, "dash": dash},
            annotation={
                "text": name,
                "font": {"size": 11, "color": token("ink-2")},
                "xanchor": "left" if right else "right",
                "xshift": 4 if right else -4,
                "yref": "paper",
                "y": 1.0 - 0.1 * place,
                "showarrow": False,
            },
        )
    figure.update_layout(
        # The labels of the two zeros would lie on one another in the corner.
        xaxis={**axis(currency), "nticks": 4, "ticklabelstandoff": 6},
        yaxis={**axis(currency), "rangemode": "tozero"},
        margin={"t": 8, "l": 4, "r": 4, "b": 4},
    )
    return figure
