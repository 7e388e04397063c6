"""Whole numbers between PostgreSQL and numpy, in binary and without a Python object per row.

A binary `COPY` of columns that are all `bigint` and never null has rows of one size, which
numpy reads in place. Bind nulls to a number that means none, and scale decimals to integers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg2 import sql

Ints = npt.NDArray[np.int64]

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = _SIGNATURE + b"\0\0\0\0" + b"\0\0\0\0"
_TRAILER = b"\xff\xff"


def _row(names: Sequence[str]) -> np.dtype[np.void]:
    fields = [("fields", ">i2")]
    for name in names:
        fields += [(f"size of {name}", ">i4"), (name, ">i8")]
    return np.dtype(fields)


def read_integers(
    names: Sequence[str],
    query: str,
    parameters: Mapping[str, object] | Sequence[object] | None = None,
) -> dict[str, Ints]:
    """Run a query whose columns are non-null `bigint`s; return them as int64 arrays by name.

    Raises ValueError where a row has a null or another type.
    """
    with connection.cursor() as cursor:
        text = cursor.cursor.mogrify(query, parameters).decode()
        buffer = io.BytesIO()
        cursor.cursor.copy_expert(f"COPY ({text}) TO STDOUT (FORMAT binary)", buffer)
    raw = buffer.getbuffer()
    body = raw[len(_HEADER) : len(raw) - len(_TRAILER)]
    row = _row(names)
    if len(body) % row.itemsize:
        raise ValueError("the query has a column that is null, or no bigint")
    rows = np.frombuffer(body, dtype=row)
    if any((rows[f"size of {name}"] != 8).any() for name in names):
        raise ValueError("the query has a column that is null, or no bigint")
    return {name: rows[name].astype(np.int64) for name in names}


def write_integers(table: str, columns: Mapping[str, Ints]) -> int:
    """Copy int64 arrays of one length into `bigint` columns of a temporary table; return rows."""
    names = list(columns)
    n = len(columns[names[0]])
    rows = np.empty(n, dtype=_row(names))
    rows["fields"] = len(names)
    for name in names:
        rows[f"size of {name}"] = 8
        rows[name] = columns[name]
    buffer = io.BytesIO()
    buffer.write(_HEADER)
    buffer.write(rows.data)
    buffer.write(_TRAILER)
    buffer.seek(0)
    with connection.cursor() as cursor:
        copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        cursor.cursor.copy_expert(copy.as_string(cursor.cursor), buffer)
    return n
