"""Charts drawn as SVG, for files that no script runs in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from ipeo.exports.dossier import Chart, Series
from ipeo.templatetags.figures import count, figure

WIDTH, HEIGHT = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 8, 26, 34
COLOURS = {
    "insight": "#6d4bd0",
    "plan": "#1f66d6",
    "execute": "#0b7d68",
    "execute-soft": "#9fcfc5",
    "optimize": "#a85a00",
    "ink": "#17181c",
}
_QUIET, _LINE = "#565b66", "#e6e6e2"
TICKS = 4


def svg_of(chart: Chart) -> str:
    """Return the drawing as one SVG element, with a text for those who do not see it."""
    draw = {"bars": _bars, "lines": _lines, "steps": _steps}[chart.shape]
    names = ", ".join(series.name for series in chart.series)
    body = "".join(draw(chart))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11">'
        f"<title>{escape(names)}</title>{body}</svg>"
    )


def scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lowest and highest tick round some values, and the step between ticks."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if high == low:
        high = low + 1.0
    rough = (high - low) / TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * many for many in (1, 2, 2.5, 5, 10) if size * many >= rough)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _known(chart: Chart) -> list[float]:
    return [value for series in chart.series for value in series.values if value is not None]


def _text(x: float, y: float, text: str, *, anchor: str = "middle", bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    ink = COLOURS["ink"] if bold else _QUIET
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}"{weight}>'
        f"{escape(text)}</text>"
    )


def _frame(chart: Chart) -> Iterator[str]:
    low, high, step = scale(_known(chart))
    tick = low
    short = f"{chart.kind}:short" if len(chart.kind) == 3 and chart.kind.isupper() else chart.kind
    while tick <= high + step / 2:
        y = _height(tick, low, high)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{_LINE}" fill="none"/>'
        yield _text(LEFT - 6, y + 4, figure(round(tick, 9), short), anchor="end")
        tick += step
    every = max(1, math.ceil(len(chart.places) / 13))
    for place, name in enumerate(chart.places):
        if place % every == 0:
            yield _text(_middle(place, chart), HEIGHT - BOTTOM + 16, name)
    if len(chart.series) > 1:
        x = float(LEFT)
        for series in chart.series:
            yield f'<rect x="{x:.1f}" y="4" width="9" height="9" rx="2" fill="{_colour(series)}"/>'
            yield _text(x + 14, 12, series.name, anchor="start")
            x += 30 + 6.4 * len(series.name)


def _height(value: float, low: float, high: float) -> float:
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _slot(chart: Chart) -> float:
    return (WIDTH - LEFT - RIGHT) / max(len(chart.places), 1)


def _middle(place: int, chart: Chart) -> float:
    return LEFT + (place + 0.5) * _slot(chart)


def _colour(series: Series) -> str:
    return COLOURS.get(series.tone, COLOURS["ink"])


def _bars(chart: Chart) -> Iterator[str]:
    yield from _frame(chart)
    low, high, _ = scale(_known(chart))
    wide = _slot(chart) * 0.72 / max(len(chart.series), 1)
    base = _height(0.0, low, high)
    for number, series in enumerate(chart.series):
        for place, value in enumerate(series.values):
            if value is None:
                continue
            x = _middle(place, chart) + (number - len(chart.series) / 2) * wide
            y = _height(value, low, high)
            yield (
                f'<rect x="{x:.1f}" y="{min(y, base):.1f}" width="{wide:.1f}" '
                f'height="{abs(y - base):.1f}" rx="2" fill="{_colour(series)}"/>'
            )


def _lines(chart: Chart) -> Iterator[str]:
    yield from _frame(chart)
    low, high, _ = scale(_known(chart))
    for series in chart.series:
        path, pen = [], "M"
        for place, value in enumerate(series.values):
            if value is None:
                pen = "M"
                continue
            path.append(f"{pen}{_middle(place, chart):.1f} {_height(value, low, high):.1f}")
            pen = "L"
        yield (
            f'<path d="{" ".join(path)}" fill="none" stroke="{_colour(series)}" '
            'stroke-width="2" stroke-linejoin="round"/>'
        )


def _steps(chart: Chart) -> Iterator[str]:
    """Draw the steps of a funnel; heights by square root, so that the few still show."""
    held = chart.series[0]
    most = math.sqrt(max([*(value or 0.0 for value in held.values), 1.0]))
    slot = (WIDTH - RIGHT) / max(len(chart.places), 1)
    for place, (name, value) in enumerate(zip(chart.places, held.values, strict=True)):
        middle = (place + 0.5) * slot
        tall = math.sqrt(value or 0.0) / most * (HEIGHT - 62)
        colour = COLOURS["insight" if place < 3 else "execute"]
        yield (
            f'<rect x="{middle - slot * 0.41:.1f}" y="{HEIGHT - 42 - tall:.1f}" '
            f'width="{slot * 0.82:.1f}" height="{tall:.1f}" rx="4" fill="{colour}"/>'
        )
        yield _text(middle, HEIGHT - 24, name)
        yield _text(middle, HEIGHT - 8, count(value), bold=True)
