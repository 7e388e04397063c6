"""A file understood in one step: its table, its mapping, its values, and every doubt."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from execute.numerics import values
from execute.numerics.doubts import Doubt, NoSuchName, Note, Refusal
from execute.numerics.headers import Proposal, propose
from execute.numerics.sheets import Sheet, read
from execute.numerics.streams import NotPlain, Stream, plain_stream
from execute.numerics.typed import Interpretation, interpret

# Fields whose names are compared with each other over the whole file
NAMED = ("source", "channel", "stage", "owner", "industry", "product")
MOST_NAMES = 5_000
REFUSED_SHOWN = 100
# Doubts whose words do not depend on which rows are read
STEADY = ("state", "map.", "micros.", "currency.")


@dataclass(frozen=True, slots=True)
class Whole:
    """What holds of a file that is read block by block, all of which reads as its head does."""

    stream: Stream
    rows: int
    accepted: int
    names: dict[str, dict[str, None]]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that was made of a file, and what a person should be asked."""

    sheet: Sheet
    proposal: Proposal
    mapping: dict[str, str]
    interpretation: Interpretation
    doubts: tuple[Doubt, ...]
    notes: tuple[Note, ...]
    whole: Whole | None = None

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self.whole.rows if self.whole else len(self.sheet)

    @property
    def accepted(self) -> int:
        """How many rows can be stored."""
        return self.whole.accepted if self.whole else len(self.interpretation)

    @property
    def refused(self) -> int:
        """How many rows would be refused."""
        if self.whole:
            return self.whole.rows - self.whole.accepted
        return len({refusal.line for refusal in self.interpretation.refused})

    def named(self, field: str) -> list[str]:
        """The names that a field has anywhere in the file, each once."""
        if self.whole:
            return list(self.whole.names.get(field, ()))
        column = self.interpretation.columns.get(field) or ()
        return list(dict.fromkeys(name for name in column if name))

    @property
    def blocking(self) -> tuple[Doubt, ...]:
        """The doubts that want an answer before anything is stored."""
        return tuple(d for d in self.doubts if d.blocking)


def understand(
    data: bytes | Path,
    filename: str,
    kind: str,
    *,
    answers: Mapping[str, str] | None = None,
    mapping: Mapping[str, str] | None = None,
    set_to: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
    currency: str | None = None,
) -> Understanding:
    """Read a file as rows of a kind.

    `mapping` (field -> header) overrides what is proposed, field by field; an empty header leaves
    the field out. A field in `set_to` needs no column. Raises Unreadable, and NoSuchName for
    a field or header that does not exist.
    """
    answers = dict(answers or {})
    set_to = dict(set_to or {})
    stream = plain_stream(data, filename, answers) if isinstance(data, Path) else None
    settled = (answers, dict(mapping or {}), set_to, zone, currency)
    if stream is not None:
        seen = _understand(stream.head, kind, *settled)
        with suppress(NotPlain):
            return replace(seen, whole=_survey(stream, seen, answers, set_to, zone, currency))
    return _understand(read(data, filename, answers), kind, *settled)


def blocks_of(
    seen: Understanding,
    *,
    answers: Mapping[str, str],
    set_to: Mapping[str, str],
    zone: tzinfo = UTC,
    currency: str | None = None,
) -> Iterator[Interpretation]:
    """Yield the rows of a file that is read block by block, as `understand` has judged them."""
    assert seen.whole is not None
    for block in seen.whole.stream.blocks():
        yield _judged(block, seen, answers, set_to, zone, currency)


def _judged(
    sheet: Sheet,
    seen: Understanding,
    answers: Mapping[str, str],
    set_to: Mapping[str, str],
    zone: tzinfo,
    currency: str | None,
) -> Interpretation:
    """Read one block of a file by what was made of the file's head."""
    return interpret(
        seen.interpretation.kind,
        sheet,
        seen.mapping,
        answers,
        set_to=set_to,
        attributes=seen.proposal.attributes,
        zone=zone,
        currency=currency,
    )


def _survey(
    stream: Stream,
    seen: Understanding,
    answers: Mapping[str, str],
    set_to: Mapping[str, str],
    zone: tzinfo,
    currency: str | None,
) -> Whole:
    """Read every block and hold it to what the head says; raises `NotPlain` where it differs."""
    said = seen.interpretation
    if said.kind == "stage_history" or any(not d.key.startswith(STEADY) for d in seen.doubts):
        raise NotPlain
    empty = {
        header
        for header, column in zip(seen.sheet.headers, seen.sheet.columns, strict=True)
        if not any(column)
    }
    rows = accepted = 0
    keys: list[NDArray[np.int64]] = []
    names: dict[str, dict[str, None]] = {name: {} for name in NAMED}
    refused: list[Refusal] = []
    habits: dict[str, str] = {}
    for sheet in stream.blocks():
        block = _judged(sheet, seen, answers, set_to, zone, currency)
        if block.doubts != said.doubts or block.notes != said.notes:
            raise NotPlain
        if any(any(sheet.column(header)) for header in empty):
            raise NotPlain
        for key, habit in block.habits.items():
            if habits.setdefault(key, habit) != habit:
                raise NotPlain
        for name, known in names.items():
            known.update(dict.fromkeys(filter(None, block.columns.get(name) or ())))
            if len(known) > MOST_NAMES:
                raise NotPlain
        if any(key[0] == "~" and "#" in key for key in block.identity):
            raise NotPlain  # told apart by how often it occurs in the whole file
        keys.append(np.fromiter(map(hash, block.identity), np.int64, len(block)))
        rows += len(sheet)
        accepted += len(block)
        refused += block.refused[: max(0, REFUSED_SHOWN - len(refused))]
    if _repeats(keys) or any(
        values.variants(Counter(known)) for name, known in names.items() if name != "product"
    ):
        raise NotPlain
    return Whole(stream, rows, accepted, names, tuple(refused))


def _repeats(keys: list[NDArray[np.int64]]) -> bool:
    """Whether any key stands twice, told by 64-bit hashes."""
    if not keys:
        return False
    whole = np.empty(sum(map(len, keys)), np.int64)
    place = 0
    keys.reverse()
    while keys:
        part = keys.pop()
        whole[place : place + len(part)] = part
        place += len(part)
    whole.sort()
    return bool((whole[1:] == whole[:-1]).any())


def _understand(
    sheet: Sheet,
    kind: str,
    answers: dict[str, str],
    mapping: dict[str, str],
    set_to: dict[str, str],
    zone: tzinfo,
    currency: str | None,
) -> Understanding:
    wanted = {f"map.{field}": header for field, header in mapping.items()}
    for key, header in wanted.items():
        if header and header not in sheet.headers:
            raise NoSuchName(f"no column is named {header!r} (for {key.removeprefix('map.')})")
    proposal = propose(kind, sheet, {**answers, **wanted})
    chosen = {f: h for f, h in proposal.mapping.items() if f not in set_to}
    asked = [
        d
        for d in proposal.doubts
        if d.key not in wanted and d.key.removeprefix("map.") not in set_to
    ]
    rows = interpret(
        kind,
        sheet,
        chosen,
        answers,
        set_to=set_to,
        attributes=proposal.attributes,
        zone=zone,
        currency=currency,
    )
    doubts = {d.key: d for d in (*sheet.doubts, *asked, *rows.doubts)}
    return Understanding(
        sheet=sheet,
        proposal=proposal,
        mapping=chosen,
        interpretation=rows,
        doubts=tuple(doubts.values()),
        notes=(*sheet.notes, *rows.notes),
    )
