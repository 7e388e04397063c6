"""A file understood in one step: its table, its mapping, its values, and every doubt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path

from execute.numerics.doubts import Doubt, Note
from execute.numerics.headers import Proposal, propose
from execute.numerics.sheets import Sheet, read
from execute.numerics.typed import Interpretation, interpret


@dataclass(frozen=True, slots=True)
class Understanding:
    """All that was made of a file, and what a person should be asked."""

    sheet: Sheet
    proposal: Proposal
    mapping: dict[str, str]
    interpretation: Interpretation
    doubts: tuple[Doubt, ...]
    notes: tuple[Note, ...]

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
    the field out. A field in `set_to` needs no column. Raises Unreadable, and KeyError for a kind,
    field or header that does not exist.
    """
    answers = dict(answers or {})
    set_to = dict(set_to or {})
    sheet = read(data, filename, answers)
    wanted = {f"map.{field}": header for field, header in (mapping or {}).items()}
    for key, header in wanted.items():
        if header and header not in sheet.headers:
            raise KeyError(f"no column is named {header!r} (for {key.removeprefix('map.')})")
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
