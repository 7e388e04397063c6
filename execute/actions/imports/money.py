"""Money in a file: converted at its day's rate, and placed by the workspace's rules of spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from execute.models import SpendRule
from execute.numerics.doubts import Refusal
from execute.queries.rates import NoRate, TooLarge, converted, rates_on
from execute.queries.rules import placed_by
from ipeo import tenancy

if TYPE_CHECKING:
    from execute.actions.imports.rows import Rows, Sheet


CENT = Decimal("0.01")


def foreign(codes: Sequence[str | None]) -> list[str]:
    """Return each row's currency where it is another than the workspace's, else nothing."""
    home = tenancy.current_workspace().currency
    return [code if code and code != home else "" for code in codes]


def rates_of(sheet: Sheet, codes: Sequence[str], days: Sequence[date]) -> list[Decimal | None]:
    """Return the rate of each row, None for the workspace's own currency.

    A row for whose currency and day there is no rate is refused.
    """
    pairs = list(zip(codes, days, strict=True))
    found = rates_on((code, day) for code, day in pairs if code)
    for place, (code, day) in enumerate(pairs):
        if code and (code, day) not in found:
            sheet.refuse(place, "Currency", code, str(NoRate(code, day)))
    return [found.get(pair) if pair[0] else None for pair in pairs]


def worth(
    amounts: Sequence[Decimal | None], rates: Sequence[Decimal | None]
) -> list[Decimal | None]:
    """Return amounts at their rates, to the cent; as they are where there is no rate."""
    return [
        amount if amount is None or rate is None else (amount * rate).quantize(CENT, ROUND_HALF_UP)
        for amount, rate in zip(amounts, rates, strict=True)
    ]


def convert_amounts(rows: Rows, codes: Mapping[int, str]) -> None:
    """Convert `amount` at the rate of `date`, and keep what the file said beside it.

    `codes` gives the currency of each line that is in another than the workspace's. A line with
    a day for which there is no rate is refused whole.
    """
    frame = rows.frame
    said = [
        (codes.get(line, ""), day, amount, line)
        for line, day, amount in zip(frame["line"], frame["date"], frame["amount"], strict=True)
    ]
    found = rates_on((code, day) for code, day, _, _ in said if code)
    refused: dict[int, Refusal] = {}
    values: list[tuple[Any, ...]] = []
    for code, day, amount, line in said:
        rate = found.get((code, day)) if code else None
        worth = amount
        try:
            if code and rate is None:
                raise NoRate(code, day)
            if rate is not None:
                worth = converted(amount, rate)
        except (NoRate, TooLarge) as why:
            refused.setdefault(line, Refusal(line, "Currency", code, str(why)))
        values.append((worth, amount if code else None, code, rate))
    names = ("amount", "original_amount", "original_currency", "exchange_rate")
    for name, column in zip(names, zip(*values, strict=True), strict=False):
        frame[name] = type(frame["line"])(list(column), index=frame.index, dtype=object)
    if not values:
        for name in names[1:]:
            frame[name] = type(frame["line"])([], dtype=object)
    rows.refused += refused.values()
    rows.frame = frame[~frame["line"].isin(list(refused))].reset_index(drop=True)


def rules_of(sheet: Sheet, known: Sequence[object]) -> list[SpendRule | None]:
    """Return the rule that places each row, None for one that `known` places already."""
    found = placed_by(
        sheet.column("campaign"), sheet.column("description"), sheet.column("channel")
    )
    return [rule if place is None else None for rule, place in zip(found, known, strict=True)]
