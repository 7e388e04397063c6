"""A deal in several rows, each another product: lines of one deal, where a person says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from execute.numerics.doubts import Doubt, Option, counted, lines_said

KEY = "lines"
OWN, WHOLE = "own", "whole"
AS_LINES = frozenset({OWN, WHOLE})
# What may differ between the lines of one deal
OF_A_LINE = frozenset(
    {"product", "quantity", "list_amount", "net_amount", "discount_percent", "cost_amount"}
)
Columns = Mapping[str, list[Any]]
Groups = Mapping[str, list[int]]


def look_like_lines(columns: Columns, groups: Groups) -> dict[str, list[int]]:
    """Return the deals whose rows differ in what a line may say, and in nothing else.

    `groups` has the places of each id's rows. Every row must name a product, not all the same,
    and no two rows may say the same of their line.
    """
    products = columns.get("product")
    if products is None:
        return {}
    of_line = [columns[name] for name in sorted(OF_A_LINE & set(columns))]
    of_deal = [column for name, column in columns.items() if name not in OF_A_LINE]
    found = {}
    for key, rows in groups.items():
        names = [products[row] for row in rows]
        said = {tuple(column[row] for column in of_line) for row in rows}
        if (
            all(names)
            and len(set(names)) > 1
            and len(said) == len(rows)
            and all(column[row] == column[rows[0]] for column in of_deal for row in rows)
        ):
            found[key] = rows
    return found


def ask_for_lines(
    columns: Columns,
    groups: Groups,
    line_numbers: Sequence[int],
    answers: Mapping[str, str],
    doubts: list[Doubt],
) -> set[int]:
    """Ask whether such rows are the lines of one deal; return the rows that are not taken."""
    again = sorted(line_numbers[row] for rows in groups.values() for row in rows[1:])
    options = [Option(OWN, "Yes, each row has its own product's amount")]
    question = (
        f"{counted(len(groups), 'deal appears', 'deals appear')} in several rows, each with a "
        f"different product ({lines_said(again)}). They look like several products in one deal. "
        "Import them as product lines?"
    )
    nets = columns.get("net_amount")
    alike = nets is not None and all(
        nets[rows[0]] is not None and all(nets[row] == nets[rows[0]] for row in rows)
        for rows in groups.values()
    )
    if alike:
        question += " The net amount is the same in all rows of a deal."
        words = "Yes, the amount is for the whole deal: split it by list price"
        options.insert(0, Option(WHOLE, words))
    options += [
        Option("last", "No, use the last row"),
        Option("first", "No, use the first row"),
    ]
    given = answers.get(KEY, "")
    fits = given in {option.value for option in options}
    answer = given if fits else options[0].value
    doubts.append(Doubt(KEY, question, tuple(options), answer, blocking=not fits))
    if answer in AS_LINES:
        return set()
    return {
        row for rows in groups.values() for row in (rows[1:] if answer == "first" else rows[:-1])
    }


def incomplete(
    columns: Columns,
    keys: Sequence[str | None],
    line_numbers: Sequence[int],
    bad: Mapping[int, Any],
) -> dict[int, tuple[str, Any, str]]:
    """Return the rows of deals another line of which cannot be read, with the reason to refuse.

    Without that line the deal's sums would be wrong.
    """
    products = columns.get("product")
    broken: dict[str, int] = {}
    for row in bad:
        key = keys[row]
        if key is not None:
            broken.setdefault(key, row)
    if products is None or not broken:
        return {}
    rows_of: dict[str, list[int]] = {key: [] for key in broken}
    for row, key in enumerate(keys):
        if key in rows_of:
            rows_of[key].append(row)
    return {
        row: ("", key, f"another row of this deal is refused (line {line_numbers[broken[key]]})")
        for key, rows in rows_of.items()
        if len({products[row] for row in rows}) > 1
        for row in rows
        if row not in bad
    }
