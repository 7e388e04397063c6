"""What makes a row the same row when its file comes again."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

# Named things: the first of these sets that a row fills names it, and naming it twice is one thing
NAMED: dict[str, tuple[tuple[str, ...], ...]] = {
    "products": (("name",),),
    "accounts": (("name",),),
    "contacts": (("email",), ("name", "account"), ("phone",)),
}
# Happenings: what they say of themselves, but for figures that a later export may restate
HAPPENED: dict[str, tuple[str, ...]] = {
    "deals": ("name", "account", "contact", "owner", "product", "created_date"),
    "touches": ("contact", "account", "channel", "program", "campaign", "kind", "occurred_at"),
    "stage_history": ("deal", "stage", "entered_at"),
    "expenses": ("date", "end_date", "channel", "program", "campaign", "description", "state"),
}


def identities(kind: str, columns: dict[str, list[Any]], size: int) -> list[str | None]:
    """A stable key for each row, None where nothing names it.

    The external id where the row has one; for a named thing a digest of its name; for a happening
    a digest of what it says and '#n' for its n-th occurrence in the file, so that true repeats
    stay apart and the same file gives the same keys.
    """
    external: Sequence[Any] = columns.get("external_id") or [None] * size
    if all(external):
        return list(external)
    keys = (_named if kind in NAMED else _happened)(kind, columns, size)
    return [e if e else k for e, k in zip(external, keys, strict=True)]


def _digest(parts: tuple[Any, ...]) -> str:
    text = "\x1f".join(map(str, parts)).casefold()
    return "~" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _named(kind: str, columns: dict[str, list[Any]], size: int) -> list[str | None]:
    out: list[str | None] = [None] * size
    for names in NAMED[kind]:
        if names[0] not in columns:
            continue
        present = [columns.get(n) or [None] * size for n in names]
        for i, row in enumerate(zip(*present, strict=True)):
            if out[i] is None and row[0]:
                out[i] = _digest((names[0], *row))
    return out


def _happened(kind: str, columns: dict[str, list[Any]], size: int) -> list[str | None]:
    present = [columns[n] for n in HAPPENED[kind] if n in columns]
    named = [n for n in HAPPENED[kind] if n in columns]
    if not present or (kind == "deals" and not {"name", "account", "contact"} & set(named)):
        return [None] * size
    seen: Counter[tuple[Any, ...]] = Counter()
    out: list[str | None] = []
    who = [named.index(n) for n in ("name", "account", "contact") if n in named]
    for row in zip(*present, strict=True):
        if kind == "deals" and not any(row[k] for k in who):
            out.append(None)
            continue
        seen[row] += 1
        out.append(f"{_digest(row)}#{seen[row]}")
    return out
