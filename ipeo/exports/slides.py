"""A dossier as slides: one message on each, its chart native and so editable, its notes honest."""

from __future__ import annotations

import io
import re
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from ipeo.exports.dossier import Chart, Dossier, Fact, Section, Table
from ipeo.exports.drawing import COLOURS
from ipeo.exports.workbook import number_format

WIDE, TALL = Inches(13.333), Inches(7.5)
EDGE = Inches(0.6)
ROWS = 12
"""How many rows of a table one slide holds; the next slide goes on."""
COLUMNS = 8
_INK, _QUIET, _LINE, _WASH = "#17181c", "#565b66", "#e6e6e2", "#f3f3f0"
_FONT = "Inter"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SHAPES = {
    "bars": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "lines": XL_CHART_TYPE.LINE_MARKERS,
    "steps": XL_CHART_TYPE.BAR_CLUSTERED,
}


def slides_of(dossier: Dossier) -> bytes:
    """Return the file: a title, then a slide for each message, 16 to 9."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, TALL
    _front(deck, dossier)
    for section in dossier.sections:
        _section(deck, dossier, section)
    held = io.BytesIO()
    deck.save(held)
    return held.getvalue()


def _front(deck: Any, dossier: Dossier) -> None:
    slide = _slide(deck, dossier, dossier.title, top=Inches(2.4), size=40)
    _words(slide, [dossier.workspace], Inches(1.9), Inches(0.5), size=16)
    told = [f"{dossier.range_text}, compared with {dossier.before_text}", dossier.subtitle]
    _words(slide, told, Inches(4.0), Inches(1.2), size=18)


def _section(deck: Any, dossier: Dossier, section: Section) -> None:
    if section.facts:
        _facts(_slide(deck, dossier, section.headline, section), section.facts)
    if section.chart is not None and any(
        value is not None for series in section.chart.series for value in series.values
    ):
        slide = _slide(deck, dossier, section.headline, section)
        words = list(section.words)
        wide = Inches(8.2) if words else WIDE - 2 * EDGE
        _chart(slide, section.chart, wide)
        if words:
            _words(slide, words, Inches(1.7), Inches(5), left=Inches(9.1), size=14)
    elif section.words and not section.facts:
        slide = _slide(deck, dossier, section.headline, section)
        _words(slide, list(section.words), Inches(1.7), Inches(5), size=18)
    if section.table is not None and section.table.rows:
        table = section.table
        for start in range(0, len(table.rows), ROWS):
            part = Table(table.columns[:COLUMNS], _cut(table, start))
            more = "" if start == 0 else ", continued"
            head = f"{section.title}{more}"
            _table(_slide(deck, dossier, head, section), part)


def _cut(table: Table, start: int) -> tuple[tuple[Any, ...], ...]:
    return tuple(row[:COLUMNS] for row in table.rows[start : start + ROWS])


def _slide(
    deck: Any,
    dossier: Dossier,
    title: str,
    section: Section | None = None,
    *,
    top: int = Inches(0.5),
    size: int = 26,
) -> Any:
    """Add a slide with its message as its title, and how and when it was measured in its notes."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    held = slide.shapes.title
    held.left, held.top, held.width, held.height = EDGE, top, WIDE - 2 * EDGE, Inches(1.0)
    held.text_frame.word_wrap = True
    held.text_frame.vertical_anchor = MSO_ANCHOR.TOP
    held.text_frame.text = _plain(title)
    for paragraph in held.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        _style(paragraph.runs, size, _INK, bold=True)
    _words(slide, [dossier.subtitle], TALL - Inches(0.55), Inches(0.4), size=10)
    method = list(dossier.method)
    lines = [dossier.subtitle, f"Compared with {dossier.before_text}.", *method]
    if section is not None:
        lines = [section.title, *section.words, *lines]
    slide.notes_slide.notes_text_frame.text = _plain("\n".join(lines))
    return slide


def _facts(slide: Any, facts: tuple[Fact, ...]) -> None:
    across = 2 if len(facts) <= 4 else 3
    wide = (WIDE - 2 * EDGE - Inches(0.3) * (across - 1)) // across
    tall = Inches(2.3)
    for place, fact in enumerate(facts[:6]):
        left = EDGE + (place % across) * (wide + Inches(0.3))
        top = Inches(1.7) + (place // across) * (tall + Inches(0.25))
        box = slide.shapes.add_textbox(left, top, wide, tall)
        box.fill.solid()
        box.fill.fore_color.rgb = _colour(_WASH)
        frame = box.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = Inches(0.2)
        frame.margin_top = Inches(0.15)
        lines = [(fact.label, 13, _QUIET, False), (fact.value, 32, _INK, True)]
        lines += [(text, 12, _QUIET, False) for text in (fact.interval, fact.note) if text]
        if fact.change:
            lines.append((fact.change, 13, _INK, True))
        for number, (text, size, colour, bold) in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text = _plain(text)
            _style(paragraph.runs, size, colour, bold=bold)


def _chart(slide: Any, chart: Chart, wide: int) -> None:
    data = _data(number_format(chart.kind))
    data.categories = [_plain(place) for place in chart.places]
    for series in chart.series:
        data.add_series(_plain(series.name), series.values)
    frame = slide.shapes.add_chart(_SHAPES[chart.shape], EDGE, Inches(1.6), wide, Inches(5.2), data)
    native = frame.chart
    native.has_title = False
    native.has_legend = len(chart.series) > 1
    if native.has_legend:
        native.legend.position = XL_LEGEND_POSITION.TOP
        native.legend.include_in_layout = False
        native.legend.font.size = Pt(12)
    native.font.size, native.font.color.rgb = Pt(12), _colour(_QUIET)
    native.value_axis.major_gridlines.format.line.color.rgb = _colour(_LINE)
    native.value_axis.format.line.fill.background()
    native.value_axis.tick_labels.number_format = number_format(chart.kind)
    native.value_axis.tick_labels.number_format_is_linked = False
    if chart.shape == "steps":
        native.category_axis.reverse_order = True
        native.value_axis.visible = False
        native.value_axis.has_major_gridlines = False
        native.plots[0].has_data_labels = True
        native.plots[0].data_labels.number_format = "#,##0"
        native.plots[0].data_labels.number_format_is_linked = False
    if chart.shape != "lines":
        native.plots[0].gap_width = 60
    for held, series in zip(native.plots[0].series, chart.series, strict=True):
        colour = _colour(COLOURS.get(series.tone, _INK))
        if chart.shape == "lines":
            held.format.line.color.rgb = colour
            held.smooth = False
        else:
            held.format.fill.solid()
            held.format.fill.fore_color.rgb = colour


def _table(slide: Any, table: Table) -> None:
    shape = slide.shapes.add_table(
        len(table.rows) + 1,
        len(table.columns),
        EDGE,
        Inches(1.5),
        WIDE - 2 * EDGE,
        Inches(0.38) * (len(table.rows) + 1),
    )
    held = shape.table
    held.horz_banding = False
    first = (WIDE - 2 * EDGE) * 28 // 100 if len(table.columns) > 2 else (WIDE - 2 * EDGE) // 2
    rest = (WIDE - 2 * EDGE - first) // max(len(table.columns) - 1, 1)
    for place, column in enumerate(table.columns):
        held.columns[place].width = Emu(first if place == 0 else rest)
        _cell(held.cell(0, place), column.label, right=not column.is_text, head=True)
    for number, row in enumerate(table.printed(), 1):
        for place, (column, text) in enumerate(row):
            _cell(held.cell(number, place), text, right=not column.is_text)


def _cell(cell: Any, text: str, *, right: bool, head: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _colour(_WASH if head else "#ffffff")
    cell.margin_top = cell.margin_bottom = Inches(0.04)
    cell.text_frame.text = _plain(text)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        _style(paragraph.runs, 11, _QUIET if head else _INK, bold=head)


def _words(
    slide: Any, lines: list[str], top: int, tall: int, *, left: int = EDGE, size: int
) -> None:
    box = slide.shapes.add_textbox(left, top, WIDE - left - EDGE, tall)
    box.text_frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = box.text_frame.paragraphs[0] if number == 0 else box.text_frame.add_paragraph()
        paragraph.text = _plain(line)
        paragraph.space_after = Pt(6)
        _style(paragraph.runs, size, _QUIET, bold=False)


def _style(runs: Any, size: int, colour: str, *, bold: bool) -> None:
    for run in runs:
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
        run.font.color.rgb = _colour(colour)


def _data(shown: str) -> Any:
    return CategoryChartData(number_format=shown)  # type: ignore[no-untyped-call]


def _colour(text: str) -> RGBColor:
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]


def _plain(text: str) -> str:
    """Return text without the characters that a slide's XML cannot hold."""
    return _CONTROL.sub("", text)
