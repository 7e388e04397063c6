"""A dossier as a file to take away, in the form that was asked for.

What writes a form is imported only when it is asked for: the libraries behind are large.
"""

from __future__ import annotations

from collections.abc import Callable

from ipeo.exports.dossier import Dossier

_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}


class NoSuchForm(ValueError):
    """There is no such form of file."""


def written(dossier: Dossier, form: str) -> bytes:
    """Return the file; raises `NoSuchForm`, and for PDF `ipeo.exports.pages.NoPrinter`."""
    return _writer(form)(dossier)


def _writer(form: str) -> Callable[[Dossier], bytes]:
    if form == "csv":
        from ipeo.exports.tables import csv_of

        return csv_of
    if form == "xlsx":
        from ipeo.exports.workbook import workbook_of

        return workbook_of
    if form == "pdf":
        from ipeo.exports.pages import pdf_of

        return pdf_of
    if form == "pptx":
        from ipeo.exports.slides import slides_of

        return slides_of
    raise NoSuchForm(f"“{form}” is not a file format. Available: {', '.join(TYPES)}.")
