"""Files that people take away: lists for a spreadsheet, and what was kept for them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"-\d+([.,]\d+)?")


def inert(value: object) -> str:
    """Return a cell that no spreadsheet program runs as a formula; a plain number stays one.

    What is not known is an empty cell.
    """
    cell = "" if value is None else str(value)
    if not cell.lstrip(" \n\xa0\u3000").startswith(_FORMULA) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def list_file(name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return rows, a heading first, as a CSV file whose cells are inert.

    It begins with a mark by which spreadsheet programs know UTF-8.
    """
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(map(inert, row) for row in rows)
    return response


def kept_file(kept: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """Return a kept file to be saved, never to be run or shown inside our pages.

    Raises `Http404` where there is none, or it is gone from the disk.
    """
    if not kept:
        raise Http404
    try:
        opened = kept.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def made_file(name: str, content: bytes, content_type: str) -> HttpResponse:
    """Return a file that was made for one person, to be saved and not kept on the way."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
