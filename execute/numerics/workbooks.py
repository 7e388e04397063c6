"""Excel workbooks: cells with their types, and the guards a stranger's file needs."""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineWorkbook

from execute.numerics.doubts import Doubt, Option, Unreadable

Cell = str | int | float | bool | date | datetime

MAX_UNPACKED = 768 * 2**20
MAX_RATIO = 250
MAX_AREA = 30_000_000
MAX_COLUMNS = 2_000
REFERENCE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
FAR = re.compile(rb'<c [^>]*?r="(?:[A-Z]{3}[0-9]|[A-Z]{1,2}[0-9]{6})')
BROKEN = "The workbook cannot be opened: the file is cut or damaged. Save it again and resend it."


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as a zip or as an old Office document."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def workbook_rows(
    data: bytes, answers: Mapping[str, str]
) -> tuple[list[list[Cell]], str, str, list[Doubt]]:
    """The chosen sheet's rows from the top left corner, 'xlsx' or 'xls', its name, and doubts."""
    kind = "xlsx" if data.startswith(b"PK") else "xls"
    if kind == "xlsx":
        _guard(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            m.name
            for m in book.sheets_metadata
            if "work" in str(m.typ).lower() and str(m.visible).lower().endswith(".visible")
        ]
        return _best_sheet(book, visible or list(book.sheet_names), kind, answers)
    except Unreadable:
        raise
    except BaseException as error:  # a panic in the reader is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        text = str(error).lower()
        if "password" in text or "encrypt" in text or _is_encrypted(data):
            raise Unreadable(
                "The workbook is protected with a password. Save a copy without one and resend it."
            ) from None
        raise Unreadable(BROKEN) from None


def _best_sheet(
    book: CalamineWorkbook, names: list[str], kind: str, answers: Mapping[str, str]
) -> tuple[list[list[Cell]], str, str, list[Doubt]]:
    filled: dict[str, list[list[Cell]]] = {}
    for name in names[:50]:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > MAX_AREA:
            raise Unreadable(
                f"The sheet “{name}” spans {sheet.total_height:,} rows and "
                f"{sheet.total_width:,} columns, which is more than can be read."
            )
        rows = sheet.to_python(skip_empty_area=False)
        if any(cell != "" for row in rows for cell in row):
            filled[name] = [[_cell(c) for c in row] for row in rows]
    if not filled:
        raise Unreadable("The workbook has no sheet with data.")
    chosen = answers.get("sheet", "")
    answer = chosen if chosen in filled else next(iter(filled))
    doubts = []
    if len(filled) > 1:
        doubts.append(
            Doubt(
                key="sheet",
                question=(
                    f"The workbook has {len(filled)} filled sheets. “{answer}” is read: "
                    "is it the right one?"
                ),
                options=tuple(Option(n, f"{n} ({len(r):,} rows)") for n, r in filled.items()),
                answer=answer,
            )
        )
    chosen_rows = filled[answer]
    if chosen_rows and len(chosen_rows[0]) > MAX_COLUMNS:
        raise Unreadable(
            f"The sheet has {len(chosen_rows[0]):,} columns; at most {MAX_COLUMNS:,} can be read."
        )
    return chosen_rows, kind, answer, doubts


def _cell(value: object) -> Cell:
    """A cell's value with its type kept; a clock time alone becomes its ISO text."""
    if isinstance(value, str | bool | int | date):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _guard(data: bytes) -> None:
    """Refuse a zip that unpacks to far more than it weighs, or whose cells span a huge area."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(p.file_size for p in parts)
            if any(p.flag_bits & 1 for p in parts):
                raise Unreadable("The file is locked with a password.")
            if size > MAX_UNPACKED or (size > 10_000_000 and size > MAX_RATIO * len(data)):
                raise Unreadable(
                    "The workbook is far larger than its file size when unpacked, so it is refused."
                )
            names = [p.filename for p in parts]
            if not any(n.lower() == "xl/workbook.xml" for n in names):
                raise Unreadable(
                    "This is a compressed folder or another kind of document, not an Excel "
                    "workbook (xlsx)."
                )
            for name in names:
                if re.match(r"xl/worksheets/[^/]+\.xml$", name, re.IGNORECASE):
                    _guard_area(archive.read(name))
    except Unreadable:
        raise
    except Exception:  # whatever a broken archive makes the reader say
        raise Unreadable(BROKEN) from None


def _guard_area(xml: bytes) -> None:
    """A few cells placed far apart would make the reader set aside the area between them."""
    if not FAR.search(xml):
        return
    columns = rows = 0
    for letters, number in REFERENCE.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        columns, rows = max(columns, column), max(rows, int(number))
    if columns * rows > MAX_AREA:
        raise Unreadable(
            f"The sheet spans {rows:,} rows and {columns:,} columns, which is more than can be "
            "read."
        )


def _is_encrypted(data: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in data
