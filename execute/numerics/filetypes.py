"""What a file is by its bytes, held against what its name says."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import PurePath
from typing import IO

HEAD = 4096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class LyingType(Exception):
    """The file is of a type that is not taken, or is not what its name says."""


def content_type(file: IO[bytes], name: str) -> str:
    """Return the media type of a file whose bytes are what its name's ending says.

    The position in the file is left at its beginning. Raises `LyingType`.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in TYPES:
        taken = ", ".join(ending.removeprefix(".").upper() for ending in TYPES)
        raise LyingType(f"Files of this type are not taken. Taken are {taken}.")
    media_type, fits = TYPES[suffix]
    file.seek(0)
    head = file.read(HEAD)
    try:
        true = fits(head, file)
    finally:
        file.seek(0)
    if not true:
        ending = suffix.removeprefix(".").upper()
        raise LyingType(f"The name says {ending}, but what is inside is not {ending}.")
    return media_type


Check = Callable[[bytes, IO[bytes]], bool]


def _starts(*marks: bytes) -> Check:
    return lambda head, file: head.startswith(marks)


def _riff(head: bytes, file: IO[bytes]) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _mp4(head: bytes, file: IO[bytes]) -> bool:
    return head[4:8] == b"ftyp"


def _text(head: bytes, file: IO[bytes]) -> bool:
    if b"\0" in head or head.lstrip()[:1] == b"<":
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) == HEAD and error.start > HEAD - 4
    return True


def _office(folder: str) -> Check:
    """An Office Open XML document with its parts in a folder, and without macros."""

    def fits(head: bytes, file: IO[bytes]) -> bool:
        names = _members(head, file)
        return (
            "[Content_Types].xml" in names
            and any(name.startswith(folder) for name in names)
            and not any(name.endswith("vbaProject.bin") for name in names)
        )

    return fits


def _open_document(media_type: str) -> Check:
    """An OpenDocument file, whose first member tells its type uncompressed."""
    mark = b"mimetype" + media_type.encode()

    def fits(head: bytes, file: IO[bytes]) -> bool:
        return mark in head[:200] and "content.xml" in _members(head, file)

    return fits


def _members(head: bytes, file: IO[bytes]) -> set[str]:
    if not head.startswith(b"PK\x03\x04"):
        return set()
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return set()


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
TYPES: dict[str, tuple[str, Check]] = {
    ".pdf": ("application/pdf", _starts(b"%PDF-")),
    ".docx": (f"{_OOXML}.wordprocessingml.document", _office("word/")),
    ".xlsx": (f"{_OOXML}.spreadsheetml.sheet", _office("xl/")),
    ".pptx": (f"{_OOXML}.presentationml.presentation", _office("ppt/")),
    ".doc": ("application/msword", _starts(_OLE)),
    ".xls": ("application/vnd.ms-excel", _starts(_OLE)),
    ".ppt": ("application/vnd.ms-powerpoint", _starts(_OLE)),
    ".odt": (f"{_ODF}.text", _open_document(f"{_ODF}.text")),
    ".ods": (f"{_ODF}.spreadsheet", _open_document(f"{_ODF}.spreadsheet")),
    ".odp": (f"{_ODF}.presentation", _open_document(f"{_ODF}.presentation")),
    ".png": ("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    ".jpg": ("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".gif": ("image/gif", _starts(b"GIF87a", b"GIF89a")),
    ".webp": ("image/webp", _riff),
    ".mp4": ("video/mp4", _mp4),
    ".txt": ("text/plain", _text),
    ".csv": ("text/csv", _text),
}
