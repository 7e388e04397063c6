"""The budget grid as it was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from ipeo.typed import amount_text, read_money
from plan.queries.sheet import Cell, Row, Sheet, with_amounts

CellKey = tuple[int, date]


@dataclass(frozen=True)
class CellInput:
    """One input of the grid: what stands in it, and what is wrong with that."""

    cell: Cell
    value: str
    error: str

    @property
    def name(self) -> str:
        """The input's name."""
        return f"cell-{self.cell.key}"


@dataclass(frozen=True)
class RowInputs:
    """One program's line of inputs."""

    row: Row
    inputs: list[CellInput]


class BudgetGrid:
    """Reads the cells that were sent: each becomes an amount, or keeps its text and its error.

    `base` holds what the person saw in the cells when the page came, so that two people can work
    in one grid and only a clash in the same cell is put to them.
    """

    def __init__(self, sheet: Sheet, data: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.errors: dict[CellKey, str] = {}
        self.amounts: dict[CellKey, Decimal] = {}
        self._typed: dict[CellKey, str] = {}
        self._clashes: set[CellKey] = set()
        self.seen = self._base(data) if data is not None else None
        for row in sheet.rows if data is not None else []:
            for cell in row.cells:
                self._read(cell, (data or {}).get(f"cell-{cell.key}"))

    def _base(self, data: Mapping[str, str]) -> dict[CellKey, Decimal] | None:
        try:
            base = json.loads(data.get("base", ""))
            by_key = {name: Decimal(amount) for name, amount in base.items()}
        except (ValueError, TypeError, AttributeError, InvalidOperation):
            return None
        return {
            (cell.plan_id, cell.month): by_key[cell.key]
            for row in self.sheet.rows
            for cell in row.cells
            if cell.key in by_key
        }

    def _read(self, cell: Cell, text: str | None) -> None:
        if text is None:
            return
        key = (cell.plan_id, cell.month)
        self._typed[key] = text
        try:
            amount = read_money(text)
        except ValidationError as error:
            self.errors[key] = " ".join(error.messages)
            return
        # A cell that was left as it was seen is not written, whatever it holds by now.
        if self.seen is None or amount != self.seen.get(key, Decimal(0)):
            self.amounts[key] = amount

    def changed_meanwhile(self) -> dict[CellKey, Decimal]:
        """Return the typed cells that hold something else than the person saw there."""
        if self.seen is None:
            return {}
        stored = {
            (cell.plan_id, cell.month): cell.amount for row in self.sheet.rows for cell in row.cells
        }
        return {
            key: stored[key]
            for key, amount in self.amounts.items()
            if stored[key] not in {amount, self.seen.get(key, Decimal(0))}
        }

    def clash(
        self, stored: Mapping[CellKey, Decimal], hands: Mapping[str, str] | None = None
    ) -> None:
        """Mark cells that somebody else changed; sent again, the person's own amounts win.

        `hands` names who changed a cell last, by the cell's name.
        """
        self._clashes |= set(stored)
        # The grid may have been read before the other saved.
        self.sheet = with_amounts(self.sheet, stored)
        for key, amount in stored.items():
            who = (hands or {}).get(f"{key[0]}-{key[1]:%Y-%m}", "Someone")
            self.errors[key] = (
                f"{who} changed this to {amount_text(amount)} in the meantime. "
                "Save again to keep yours."
            )

    def as_typed(self) -> Sheet:
        """Return the grid with what was typed, where it can be read, and the rest as stored."""
        return with_amounts(self.sheet, self.amounts)

    @property
    def places(self) -> dict[str, str]:
        """Where each cell stands, in words, by its key."""
        return {
            cell.key: f"{row.plan.program.name}, {cell.month:%b %Y}"
            for row in self.sheet.rows
            for cell in row.cells
        }

    def listed_errors(self) -> list[dict[str, Any]]:
        """Return each error with its input's name, where it stands, and whether it is a clash."""
        if not self.errors:
            return []
        places = self.places
        return [
            {
                "name": f"cell-{cell.key}",
                "where": places[cell.key],
                "text": self.errors[cell.plan_id, cell.month],
                "is_clash": (cell.plan_id, cell.month) in self._clashes,
            }
            for row in self.sheet.rows
            for cell in row.cells
            if (cell.plan_id, cell.month) in self.errors
        ]

    @property
    def base(self) -> str:
        """What is stored, as the page keeps it beside the inputs."""
        return json.dumps(
            {
                cell.key: str(cell.amount)
                for row in self.sheet.rows
                for cell in row.cells
                if cell.amount
            },
            separators=(",", ":"),
        )

    @property
    def rows(self) -> list[RowInputs]:
        """The lines of inputs, with what was typed where something was."""
        return [
            RowInputs(row, [self._input(cell) for cell in row.cells]) for row in self.sheet.rows
        ]

    def _input(self, cell: Cell) -> CellInput:
        key = (cell.plan_id, cell.month)
        error = self.errors.get(key, "")
        keeps = error or key in self.amounts
        value = self._typed[key] if keeps and key in self._typed else amount_text(cell.amount)
        return CellInput(cell, value, error)
