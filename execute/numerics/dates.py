"""Dates and times as people write them: day or month first is decided from the whole column."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from execute.numerics.texts import is_null

EPOCH = date(1899, 12, 30)  # day 0 of Excel's count
LONGEST = 60  # no date is written longer, and no longer text is searched
FIRST_YEAR, LAST_YEAR = 1900, 2199
TIME = (
    r"(?:[T ,]+(?:at |um |à )?(?P<h>\d{1,2})[:.h](?P<mi>\d\d)(?:[:.](?P<s>\d\d)(?:[.,]\d{1,9})?)?"
    r"\s*(?P<ap>[ap]\.?\s?m\.?)?\s*(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$"
)
ISO = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})" + TIME, re.IGNORECASE)
NUMERIC = re.compile(
    r"(?P<a>\d{1,2})([-/.])(?P<b>\d{1,2})\2(?P<y>\d{4}|\d\d)" + TIME, re.IGNORECASE
)
COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)$")
DAY_NAMED = re.compile(
    r"(?:\w+,\s*)?(?P<d>\d{1,2})(?:st|nd|rd|th|\.|º|er)?[\s\-/]*(?:de\s+)?(?P<n>[^\W\d_]{3,12})\.?"
    r"[\s\-/,]*(?:de\s+)?(?P<y>\d{4}|\d\d)" + TIME,
    re.IGNORECASE,
)
NAMED_DAY = re.compile(
    r"(?:\w+,\s*)?(?P<n>[^\W\d_]{3,12})\.?[\s\-/]*"
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?,?[\s\-/]+(?P<y>\d{4})" + TIME,
    re.IGNORECASE,
)
SERIAL = re.compile(r"([2-9]\d{4})(?:[.,](\d{1,12}))?$")
STAMP = re.compile(r"(1\d{9}|[1-4]\d{12})$")
_NAMES = (
    "january jan januar janvier janv enero ene janeiro gennaio gen januari jän jänner",
    "february feb februar février fevrier févr fevr fév febrero fevereiro fev febbraio februari",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag mei",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre setembro set settembre",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre déc diciembre dic dezembro dicembre",
)
MONTHS = {name: n for n, names in enumerate(_NAMES, 1) for name in names.split()}


@dataclass(slots=True)
class DateReading:
    """How a column's dates are written, before they are read."""

    forms: Counter[str] = field(default_factory=Counter)  # iso, dmy?, named, serial, compact, stamp
    votes: Counter[str] = field(default_factory=Counter)  # dmy, mdy: cells that prove an order
    ambiguous: Counter[str] = field(default_factory=Counter)  # cells both orders read, differently
    parts: set[tuple[int, int, str]] = field(default_factory=set)

    @property
    def settled(self) -> str:
        """'dmy' or 'mdy' where cells prove it, '' where none does or both do alike."""
        dmy, mdy = self.votes["dmy"], self.votes["mdy"]
        return "" if dmy == mdy else "dmy" if dmy > mdy else "mdy"

    @property
    def monthly(self) -> str:
        """The order in which one part is always the first of the month, over months and years.

        Within one year 01/01, 01/02, 01/03 are as likely the first days of January.
        """
        if len(self.parts) < 6 or len({y for _, _, y in self.parts}) < 2:
            return ""
        firsts, seconds = {a for a, _, _ in self.parts}, {b for _, b, _ in self.parts}
        if firsts == {1} and len(seconds) >= 6:
            return "dmy"
        return "mdy" if seconds == {1} and len(firsts) >= 6 else ""


def survey(values: Iterable[Any]) -> DateReading:
    """Look at a column's cells and gather what decides the order of day and month."""
    reading = DateReading()
    for value, times in Counter(v for v in values if isinstance(v, str)).items():
        text = value.strip()
        if len(text) > LONGEST:
            continue
        if text[4:5] == "-" and text[7:8] == "-":
            reading.forms["iso"] += times
        elif match := NUMERIC.match(text):
            a, b = int(match["a"]), int(match["b"])
            reading.forms["numeric"] += times
            reading.parts.add((a, b, match["y"]))
            if a > 12 >= b >= 1 and a <= 31:
                reading.votes["dmy"] += times
            elif b > 12 >= a >= 1 and b <= 31:
                reading.votes["mdy"] += times
            elif match[2] == "." and a <= 31 and b <= 12:
                reading.votes["dmy"] += times  # points are written day first everywhere
            elif a != b and 1 <= a <= 12 and 1 <= b <= 12:
                reading.ambiguous[value] += times
        elif is_null(text):
            continue
        elif ISO.match(text):
            reading.forms["iso"] += times
        elif COMPACT.match(text):
            reading.forms["compact"] += times
        elif SERIAL.match(text):
            reading.forms["serial"] += times
        elif STAMP.match(text):
            reading.forms["stamp"] += times
        elif DAY_NAMED.match(text) or NAMED_DAY.match(text):
            reading.forms["named"] += times
    return reading


def read_one(text: str, order: str) -> datetime | date | None:
    """One written date under an order of day and month ('dmy' or 'mdy'); None if it is none."""
    try:
        value = _read(text, order)
    except (ValueError, OverflowError):
        return None
    if value is None or not FIRST_YEAR <= value.year <= LAST_YEAR:
        return None
    return value


def _read(text: str, order: str) -> datetime | date | None:
    text = text.strip()
    if len(text) > LONGEST:
        return None
    if len(text) == 10 and text[4:5] == "-" and text[7:8] == "-":
        return date.fromisoformat(text)
    if len(text) == 19 and text[4] == "-" and text[13] == ":" and text[10] in "T ":
        return datetime.fromisoformat(text)
    if match := ISO.match(text):
        return _timed(match, int(match["y"]), int(match["m"]), int(match["d"]))
    if match := NUMERIC.match(text):
        a, b = int(match["a"]), int(match["b"])
        day, month = (a, b) if order == "dmy" or match[2] == "." else (b, a)
        return _timed(match, _year(match["y"]), month, day)
    if match := COMPACT.match(text):
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    if match := SERIAL.match(text):
        return from_serial(float(f"{match[1]}.{match[2] or 0}"))
    if match := STAMP.match(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    match = DAY_NAMED.match(text) or NAMED_DAY.match(text)
    if match and (named := MONTHS.get(match["n"].casefold())):
        return _timed(match, _year(match["y"]), named, int(match["d"]))
    return None


def from_serial(days: float) -> datetime | date:
    """Excel's count of days since the end of 1899, with the time of day as a fraction."""
    whole = int(days)
    day = EPOCH + timedelta(days=whole)
    seconds = round((days - whole) * 86_400)
    if not seconds:
        return day
    return datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _timed(match: re.Match[str], year: int, month: int, day: int) -> datetime | date:
    if match["h"] is None:
        return date(year, month, day)
    hour = int(match["h"])
    if match["ap"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a twelve-hour clock")
        hour = hour % 12 + (12 if match["ap"][0] in "pP" else 0)
    value = datetime(year, month, day, hour, int(match["mi"]), int(match["s"] or 0))
    zone = match["z"]
    if not zone:
        return value
    if zone[0] not in "+-":
        return value.replace(tzinfo=UTC)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return value.replace(
        tzinfo=timezone(timedelta(minutes=minutes * (-1 if zone[0] == "-" else 1)))
    )


def parse(values: Sequence[Any], order: str) -> tuple[list[datetime | date | None], list[int]]:
    """Every cell's date (None where blank), and the positions that are no date."""
    known: dict[Any, datetime | date | None] = {}
    bad: set[Any] = set()
    for value in set(values):
        if isinstance(value, str):
            found = read_one(value, order)
            if found is None and not is_null(value):
                bad.add(value)
        elif isinstance(value, date):
            found = value if FIRST_YEAR <= value.year <= LAST_YEAR else None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = read_one(repr(value), order)  # a day counted by Excel, or 20260105
        else:
            found = None
        known[value] = found
        if found is None and not isinstance(value, str):
            bad.add(value)
    return [known[v] for v in values], [i for i, v in enumerate(values) if v in bad] if bad else []
