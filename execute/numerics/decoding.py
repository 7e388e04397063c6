"""From bytes to text: which encoding a text file is in, judged from the whole file."""

import codecs
import re
from collections.abc import Mapping
from itertools import pairwise

from charset_normalizer import from_bytes

from execute.numerics.doubts import Doubt, Note, Option, Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM6", "a bitmap picture"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "a text document"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
ENCODINGS = {
    "cp1252": "Western European (Windows-1252)",
    "iso8859_15": "Western European (Latin-9)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "iso8859_7": "Greek (ISO 8859-7)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp932": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "cp949": "Korean (Windows-949)",
    "mac_roman": "Western European (old Macintosh)",
    "cp850": "Western European (DOS)",
}
WESTERN = set("àâäáãåçéèêëíìîïñóòôöõúùûüýÿæøœßšžÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕÚÙÛÜÝŸÆØŒŠŽ")
SIGNS = set("€£¥§°·•–—‘’“”„«»…™®©²³½¼¾µ¿¡ªº´¨\xa0\xad")
HIGH = re.compile(rb"[\x80-\xff]")
BREAK = re.compile(rb"[\s,;|\"]")
WORD = re.compile(r"[^\W\d_]+")


def refuse_foreign(data: bytes) -> None:
    """Raise Unreadable where the bytes are no table at all, whatever the file's name says."""
    if not data:
        raise Unreadable("The file is empty: it has 0 bytes.")
    for magic, what in FOREIGN:
        if data.startswith(magic):
            raise Unreadable(
                f"This is {what}, not a table. Send a CSV or an Excel workbook (xlsx or xls)."
            )
    if data[4:8] == b"ftyp" or data[:4] == b"RIFF":
        raise Unreadable("This is a picture, sound or film, not a table.")


def decode(data: bytes, answers: Mapping[str, str]) -> tuple[str, str, list[Note], list[Doubt]]:
    """The text of the bytes, the encoding's name, and what was noticed.

    Bytes that are not UTF-8 inside a file that otherwise is come back as lone surrogates, so that
    their rows can be refused by line. Raises Unreadable where the bytes are no text.
    """
    if not data.translate(None, b"\x00 \t\r\n"):
        raise Unreadable("The file is blank.")
    for bom, name in BOMS:
        if data.startswith(bom):
            errors = "surrogateescape" if name == "utf-8-sig" else "replace"
            return data.decode(name, errors), name.removesuffix("-sig"), [], []
    chosen = answers.get("encoding", "")
    if wide := _utf16_without_mark(data):
        return data.decode(wide, "replace"), wide, [], []
    if chosen not in ENCODINGS:
        try:
            return data.decode("utf-8"), "utf-8", [], []
        except UnicodeDecodeError:
            pass
        if len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:65536])) * 50 > len(
            data[:65536]
        ):
            raise Unreadable("This is not text, so it cannot be read as a table.")
        broken = data.decode("utf-8", "surrogateescape")
        bad = sum(1 for c in broken if "\udc80" <= c <= "\udcff")
        good = sum(1 for c in broken if c > "\x7f") - bad
        if good >= bad:
            return broken, "utf-8", [], []
    return _single_byte(data, chosen)


def _utf16_without_mark(data: bytes) -> str | None:
    head = data[:4096]
    if len(head) < 4 or len(data) % 2:
        return None
    half = len(head) // 2
    if head[1::2].count(0) > 0.7 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _single_byte(data: bytes, chosen: str) -> tuple[str, str, list[Note], list[Doubt]]:
    sample = b"\n".join(line for line in data.splitlines() if HIGH.search(line))[:65536]
    candidates = _candidates(sample)
    sure = not candidates or _reads_western(sample)
    first = "cp1252" if sure or not candidates else candidates[0]
    answer = chosen if chosen in ENCODINGS else first
    text = data.decode(answer, "replace")
    options = list(dict.fromkeys([first, *candidates, *ENCODINGS]))
    example = _example(data, answer)
    doubt = Doubt(
        key="encoding",
        question=(
            f"The file does not say which text encoding it uses. Read as {ENCODINGS[answer]}, "
            f"it says {example}. Is that right?"
        ),
        options=tuple(Option(o, f"{ENCODINGS[o]}: {_example(data, o)}") for o in options),
        answer=answer,
        blocking=not sure and not chosen,
    )
    return text, answer, [], [doubt]


def _reads_western(sample: bytes) -> bool:
    """Whether the bytes make Western words: accented letters standing among plain ones."""
    text = sample.decode("cp1252", "replace")
    odd = [c for c in text if c > "\x7f"]
    strange = sum(1 for c in odd if c not in WESTERN and c not in SIGNS)
    if strange > 0.02 * len(odd):
        return False
    words = [w for w in WORD.findall(text) if not w.isascii()]
    accented = sum(1 for w in words for c in w if c > "\x7f")
    letters = sum(len(w) for w in words)
    upper_inside = sum(
        1 for w in words for a, b in pairwise(w) if a.islower() and b.isupper() and b > "\x7f"
    )
    return accented <= 0.5 * letters and upper_inside <= 0.05 * max(1, accented)


def _candidates(sample: bytes) -> list[str]:
    """Encodings that would read these bytes as words, the likeliest first."""
    found: list[str] = []
    for match in from_bytes(sample, cp_isolation=list(ENCODINGS)):
        for name in (match.encoding, *match.could_be_from_charset):
            known = codecs.lookup(name).name.replace("-", "_")
            known = known if known in ENCODINGS else name
            if known in ENCODINGS and known not in found:
                found.append(known)
    return found


def _example(data: bytes, encoding: str) -> str:
    """The first word with a letter beyond ASCII, as the encoding reads it."""
    if not (found := HIGH.search(data)):
        return "nothing beyond plain letters"
    start, end = max(0, found.start() - 30), found.start() + 30
    before = BREAK.split(data[start : found.start()])[-1]
    after = BREAK.split(data[found.start() : end])[0]
    return f"“{(before + after)[:30].decode(encoding, 'replace')}”"
