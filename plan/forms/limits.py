"""Floors, ceilings and locks as they were typed for a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from ipeo.typed import amount_text, read_money
from plan.actions.allocations import Limits
from plan.models import Objective
from plan.queries.sheet import Cell, Row, Sheet


@dataclass(frozen=True)
class LockBox:
    """One month's lock: its name in the form, and whether it is on."""

    cell: Cell
    name: str
    is_on: bool


@dataclass(frozen=True)
class LimitInputs:
    """One program's inputs, with what was typed and what is wrong with it."""

    row: Row
    floor: str
    ceiling: str
    is_locked: bool
    boxes: list[LockBox]
    errors: list[str]

    @property
    def has_locked_months(self) -> bool:
        """Whether some month is locked."""
        return any(box.is_on for box in self.boxes)


class LimitsForm:
    """Reads the total, what to raise, and each program's limits; keeps what cannot be read.

    The money of months that are over is spent: unless somebody asked otherwise (`locked` then
    says what they locked, `is_first` is False) those months are locked, all by one tick.
    """

    def __init__(
        self,
        sheet: Sheet,
        locked: set[tuple[int, date]],
        objectives: list[Objective],
        data: Mapping[str, str] | None = None,
        *,
        today: date,
        is_first: bool = True,
    ) -> None:
        self.sheet, self.objectives = sheet, objectives
        over = frozenset(month for month in sheet.months if month < today.replace(day=1))
        self.over = over if len(over) < len(sheet.months) else frozenset()
        past = {
            (cell.plan_id, cell.month)
            for row in sheet.rows
            for cell in row.cells
            if cell.month in self.over
        }
        self.keeps_past = bool(past) and (
            "keep-past" in data if data is not None else is_first or past <= locked
        )
        self.is_bound = data is not None
        self.errors: dict[str, list[str]] = {}
        self.total: Decimal = (
            sheet.scenario.budget if sheet.scenario.budget is not None else sheet.total
        )
        self.objective: Objective | None = None
        self.limits: dict[int, Limits] = {}
        self._data, self._locked = data, locked
        if data is not None:
            self._read(data)

    def _read(self, data: Mapping[str, str]) -> None:
        self.total = self._money("total", data) or Decimal(0)
        if "total" not in self.errors and self.total <= 0:
            self.errors["total"] = ["Enter how much there is to spend."]
        wish = data.get("raise", "")
        self.objective = next((one for one in self.objectives if str(one.pk) == wish), None)
        for row in self.sheet.rows:
            pk = row.plan.pk
            floor = self._money(f"floor-{pk}", data)
            ceiling = self._money(f"ceiling-{pk}", data)
            if floor is not None and ceiling is not None and floor > ceiling:
                self.errors[f"floor-{pk}"] = ["The floor is above the ceiling."]
            months = {cell.month for cell in row.cells if f"lock-{cell.key}" in data}
            if self.keeps_past:
                months |= self.over
            self.limits[pk] = Limits(floor, ceiling, f"locked-{pk}" in data, frozenset(months))

    def _money(self, name: str, data: Mapping[str, str]) -> Decimal | None:
        text = data.get(name, "").strip()
        if not text:
            return None
        try:
            return read_money(text)
        except ValidationError as error:
            self.errors[name] = list(error.messages)
            return None

    def is_valid(self) -> bool:
        """Return whether all that was sent can be read."""
        return self.is_bound and not self.errors

    @property
    def total_text(self) -> str:
        """The total as its input shows it."""
        if self._data is not None:
            return self._data.get("total", "")
        return amount_text(self.total) if self.total else ""

    @property
    def rows(self) -> list[LimitInputs]:
        """The inputs, line by line."""
        return [self._inputs(row) for row in self.sheet.rows]

    def _inputs(self, row: Row) -> LimitInputs:
        data, plan = self._data, row.plan
        texts = {
            name: data.get(f"{name}-{plan.pk}", "")
            if data is not None
            else ("" if stored is None else amount_text(stored))
            for name, stored in (("floor", plan.floor), ("ceiling", plan.ceiling))
        }
        return LimitInputs(
            row=row,
            floor=texts["floor"],
            ceiling=texts["ceiling"],
            is_locked=f"locked-{plan.pk}" in data if data is not None else plan.is_locked,
            boxes=[
                LockBox(
                    cell,
                    f"lock-{cell.key}",
                    f"lock-{cell.key}" in data
                    if data is not None
                    else (cell.plan_id, cell.month) in self._locked,
                )
                for cell in row.cells
                if not (self.keeps_past and cell.month in self.over)
            ],
            errors=[
                text
                for name in ("floor", "ceiling")
                for text in self.errors.get(f"{name}-{plan.pk}", [])
            ],
        )
