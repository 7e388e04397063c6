"""A page as a description: what it is of, and its sections of words, tables and charts.

Queries build it, renderers write it out as a file. Figures are the page's own values, never
their printed text, so that a workbook's cells are numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from ipeo.numerics.estimates import Estimate
from ipeo.templatetags.figures import day, figure, interval, month, short_interval

Value = str | int | float | Decimal | date | Estimate | None
Shape = Literal["bars", "lines", "steps"]


@dataclass(frozen=True)
class Column:
    """A table's column.

    `kind` is "text", "day", "month" or what the filter `figure` prints. `is_estimate` says that
    its cells are estimates, which a workbook spreads over value, both ends and sample.
    """

    label: str
    kind: str = "text"
    is_estimate: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its cells are words or dates, which stand on the left."""
        return self.kind in {"text", "day", "month"}

    def printed(self, value: Value) -> str:
        """Return a cell as a person reads it; an estimate with its interval."""
        if self.kind == "text" or (self.is_estimate and value is None):
            return "" if value is None else str(value)
        if self.kind in {"day", "month"}:
            assert value is None or isinstance(value, date)
            return month(value) if self.kind == "month" else day(value)
        if isinstance(value, Estimate):
            # A narrow column breaks before the interval, never within it.
            ends = short_interval(value, self.kind).replace(" ", "\N{NO-BREAK SPACE}")
            text = figure(value, self.kind)
            return f"{text} ({ends})" if ends else text
        return figure(value, self.kind)


@dataclass(frozen=True)
class Table:
    """Columns and rows, a value for each column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def printed(self) -> Iterator[list[tuple[Column, str]]]:
        """Yield each row's cells as a person reads them, with their columns."""
        for row in self.rows:
            yield [
                (column, column.printed(value))
                for column, value in zip(self.columns, row, strict=True)
            ]

    def spread(self) -> tuple[list[Column], list[list[Value]]]:
        """Return columns and rows of single values: an estimate becomes value, ends and n."""
        columns: list[Column] = []
        for one in self.columns:
            columns.append(Column(one.label, one.kind))
            if one.is_estimate:
                columns += [
                    Column(f"{one.label}, low end", one.kind),
                    Column(f"{one.label}, high end", one.kind),
                    Column(f"{one.label}, n", "count"),
                    Column(f"{one.label}, note", "text"),
                ]
        rows = []
        for row in self.rows:
            flat: list[Value] = []
            for one, value in zip(self.columns, row, strict=True):
                if not one.is_estimate:
                    flat.append(value)
                elif isinstance(value, Estimate):
                    flat += [value.value, value.low, value.high, value.n, value.reason]
                else:
                    flat += [value, None, None, None, ""]
            rows.append(flat)
        return columns, rows


@dataclass(frozen=True)
class Series:
    """One line or set of bars; `tone` is a colour of the house: a stage, or `ink`."""

    name: str
    values: tuple[float | None, ...]
    tone: str = "plan"


@dataclass(frozen=True)
class Chart:
    """A drawing: bars side by side, lines, or the steps of a funnel, over named places."""

    shape: Shape
    places: tuple[str, ...]
    series: tuple[Series, ...]
    kind: str = "number"


@dataclass(frozen=True)
class Fact:
    """One key figure: what it is called, its value, its change in words, and a note."""

    label: str
    estimate: Estimate
    kind: str
    change: str = ""
    note: str = ""

    @property
    def value(self) -> str:
        """The figure as a person reads it."""
        return figure(self.estimate, self.kind)

    @property
    def interval(self) -> str:
        """Its interval and sample, or why it is not known."""
        return interval(self.estimate, self.kind)


@dataclass(frozen=True)
class Section:
    """One thing that the page says: a message, and what carries it."""

    title: str
    message: str = ""
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    words: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """The message, or the title where there is none."""
        return self.message or self.title


@dataclass(frozen=True)
class Dossier:
    """A whole page.

    `standing` says how it stands where that is not when it was measured: who approved a plan.
    """

    title: str
    workspace: str
    range_text: str
    before_text: str
    measured_at: datetime | None
    sections: tuple[Section, ...]
    method: tuple[str, ...] = ()
    currency: str = "USD"
    made_on: date = field(default_factory=date.today)
    standing: str = ""

    @property
    def name(self) -> str:
        """A name for its file, without an ending."""
        words = "".join(one if one.isalnum() else " " for one in f"{self.workspace} {self.title}")
        return f"{'-'.join(words.lower().split())[:80]}-{self.made_on.isoformat()}"

    @property
    def subtitle(self) -> str:
        """What it is of, and when it was measured."""
        measured = (
            "not measured yet" if self.measured_at is None else f"measured {day(self.measured_at)}"
        )
        return f"{self.workspace}, {self.range_text}, {measured}"
