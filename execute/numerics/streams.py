"""Large plain tables read block by block, so that a file's size does not matter to memory.

Most of what a file needs a judgement for (totals, ragged rows, other encodings, NULs) is judged
from the whole of it. A table is plain where nothing of the sort is met; whatever is not plain is
read whole, by `sheets.read`. Both ways give the same rows.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from execute.numerics.dialect import MAX_CELL
from execute.numerics.doubts import Unreadable
from execute.numerics.layout import TOTAL
from execute.numerics.sheets import Sheet, read
from execute.numerics.workbooks import is_workbook

HEAD = 256 * 1024
SMALL = 2 * 2**20  # what is read whole without a thought
BLOCK = 10_000
ODD = re.compile(r'\x00|\\"')


class NotPlain(Exception):
    """Something in the file wants to be judged from the whole of it."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A plain table on disk: its head, and the way to its blocks."""

    path: Path
    head: Sheet
    first: int  # the line of the first row

    def blocks(self) -> Iterator[Sheet]:
        """Yield the rows in blocks, each a sheet with the head's columns.

        Raises `NotPlain` where a row is met that does not fit; rows before it were yielded.
        """
        width = len(self.head.headers)
        with self.path.open(encoding="utf-8-sig", newline="") as handle:
            quotes = 0

            def lines() -> Iterator[str]:
                nonlocal quotes
                for line in handle:
                    if '"' in line:
                        quotes += line.count('"')
                    if ODD.search(line):
                        raise NotPlain
                    yield line

            reader = csv.reader(
                lines(), delimiter=self.head.delimiter, skipinitialspace=self.head.delimiter != "\t"
            )
            try:
                while reader.line_num < self.first - 1:
                    next(reader)
                before: list[list[str]] = []
                while True:
                    numbers, rows = [], []
                    begun = reader.line_num + 1
                    for row in islice(reader, BLOCK):
                        if len(row) != width or not row[0] or row[0].isspace():
                            raise NotPlain
                        rows.append(row)
                        numbers.append(begun)
                        begun = reader.line_num + 1
                    if not rows:
                        break
                    before = rows[-9:]
                    yield self._sheet(rows, numbers)
            except (csv.Error, UnicodeDecodeError, StopIteration):
                raise NotPlain from None
            if quotes % 2 or _may_be_total(before):
                raise NotPlain

    def _sheet(self, rows: list[list[str]], numbers: list[int]) -> Sheet:
        return Sheet(
            name=self.head.name,
            headers=self.head.headers,
            columns=tuple(list(column) for column in zip(*rows, strict=True)),
            line_numbers=np.asarray(numbers, dtype=np.int64),
            notes=(),
            refused=(),
            doubts=(),
            apart=(),
            encoding=self.head.encoding,
            delimiter=self.head.delimiter,
            kind=self.head.kind,
        )


def plain_stream(path: Path, filename: str, answers: Mapping[str, str]) -> Stream | None:
    """Open a large text table to be read block by block; None for one to be read whole.

    Only the head is looked at: `blocks` tells where a later row is not plain.
    """
    if path.stat().st_size <= SMALL or answers.get("encoding") or answers.get("header") == "none":
        return None
    with path.open("rb") as handle:
        head = handle.read(HEAD)
    cut = head.rfind(b"\n") + 1
    if is_workbook(head) or not cut or b"\x00" in head or (b"'" in head and b'"' not in head):
        return None
    try:
        sheet = read(head[:cut], filename, answers)
    except Unreadable:
        return None
    plain = (
        len(sheet)
        and sheet.encoding == "utf-8"
        and not (sheet.refused or sheet.doubts or sheet.apart)
        and not any(len(cell) > MAX_CELL // 2 for cell in map(str, sheet.columns[0][:10]))
    )
    if not plain or _may_be_total(
        [[str(c[i]) for c in sheet.columns] for i in range(8, -1, -1) if i < len(sheet)]
    ):
        return None
    return Stream(path, sheet, int(sheet.line_numbers[0]))


def _may_be_total(rows: list[list[Any]]) -> bool:
    """Whether the last of these rows says that it is a total, or leaves blank what others fill."""
    if not rows:
        return False
    *near, last = rows
    return bool(TOTAL.match(last[0])) or any(
        not cell.strip() and near and all(row[k].strip() for row in near)
        for k, cell in enumerate(last)
    )
