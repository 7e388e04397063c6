"""What each kind of row needs once its cells are read: outcomes, kinds of touch, currencies."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from execute.numerics import numbers, values
from execute.numerics.doubts import Doubt, Note, Option, counted, shown
from execute.numerics.fields import WON_DATES, normalise

OUTCOMES = (
    Option("open", "Still open"),
    Option("won", "Won"),
    Option("lost", "Lost"),
    Option("no_decision", "No decision"),
)
STAGE_PROPERTIES = frozenset(
    {"dealstage", "deal stage", "stage", "stage name", "stagename", "opportunity stage"}
)
Columns = dict[str, list[Any]]


def finish_deals(
    columns: Columns,
    size: int,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    doubts: list[Doubt],
    notes: list[Note],
) -> None:
    """Give every deal its outcome: by its own word, else by its stage, else by asking."""
    stages = columns.get("stage")
    if stages is not None:
        memo = {s: values.bare_stage(s) if s else s for s in set(stages)}
        stages = columns["stage"] = [memo[s] for s in stages]
    words = columns.pop("outcome", None)
    closed = columns.pop("closed", None) or [None] * size
    if stages is None and words is None:
        columns["outcome"] = _without_stage(columns, size, mapping, answers, doubts)
        return
    rows = list(zip(words or [None] * size, stages or [None] * size, closed, strict=True))
    unknown: Counter[str] = Counter()
    decided: dict[tuple[Any, Any, Any], str] = {}
    for row, times in Counter(rows).items():
        outcome = _outcome(*row)
        if outcome is None:
            name = str(row[1] or row[0] or "")
            if name:
                unknown[name] += times
            outcome = answers.get(f"stage.{name}", "open")
            outcome = outcome if outcome in values.STAGES.values() else "open"
        decided[row] = outcome
    columns["outcome"] = [decided[row] for row in rows]
    for name, times in unknown.most_common(30):
        answer = answers.get(f"stage.{name}", "open")
        doubts.append(
            Doubt(
                key=f"stage.{name}",
                question=(
                    f"The stage {shown(name)} ({counted(times, 'deal')}) is not known. What is it?"
                ),
                options=OUTCOMES,
                answer=answer,
            )
        )
    if len(unknown) > 30:
        notes.append(Note(f"{len(unknown) - 30:,} more unknown stages are taken as open."))


def _outcome(word: str | None, stage: str | None, closed: bool | None) -> str | None:
    said = values.outcome_word(word) if word else None
    if said and said != "open":
        return said
    by_stage = values.stage_outcome(stage) if stage else None
    denied = word is not None and normalise(word) in {"false", "no", "0", "f", "n"}
    if denied and closed:
        return by_stage if by_stage in {"lost", "no_decision"} else "lost"
    if by_stage:
        return by_stage
    if said or denied or not (word or stage):
        return "open"
    return None


def _without_stage(
    columns: Columns,
    size: int,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    doubts: list[Doubt],
) -> list[str]:
    header = mapping.get("close_date", "")
    won = normalise(header) in WON_DATES
    answer = answers.get("outcome", "won" if won else "open")
    if won:
        question = (
            f"No column has a stage, but {shown(header)} shows when deals were won. "
            "“Won” imports rows with a date as won and the others as open; any other answer "
            "applies to all rows."
        )
    else:
        question = "No column shows how the deals ended. How should they be imported?"
    doubts.append(
        Doubt("outcome", question, OUTCOMES, answer, blocking=not won and "outcome" not in answers)
    )
    if won and answer == "won":
        return ["won" if day else "open" for day in columns["close_date"]]
    return [answer if answer in {o.value for o in OUTCOMES} else "open"] * size


def finish_contacts(columns: Columns, size: int) -> None:
    """Put first and last names together where the file has no whole name."""
    if "first_name" not in columns and "last_name" not in columns:
        return
    first = columns.get("first_name") or [None] * size
    last = columns.get("last_name") or [None] * size
    whole = columns.get("name") or [None] * size
    columns["name"] = [
        w or " ".join(p for p in (f, s) if p) or None
        for w, f, s in zip(whole, first, last, strict=True)
    ]


def finish_touches(columns: Columns, size: int, notes: list[Note]) -> None:
    """Give every touch its kind and how far it shows a mind to have moved."""
    written = columns.get("kind")
    if written is None:
        columns["kind"] = ["other"] * size
    else:
        memo = {w: (values.touch_kind(w) if w else "other") for w in set(written)}
        unknown = Counter(w for w in written if memo[w] is None)
        if unknown:
            said = ", ".join(f"{shown(w)} ({n:,})" for w, n in unknown.most_common(6))
            notes.append(Note(f"Unknown touch types are imported as other: {said}."))
        columns["kind"] = [memo[w] or "other" for w in written]
    columns["level"] = [values.TOUCH_KINDS[k] for k in columns["kind"]]


def finish_expenses(
    columns: Columns,
    size: int,
    mapping: Mapping[str, str],
    answers: Mapping[str, str],
    doubts: list[Doubt],
    notes: list[Note],
) -> dict[int, str]:
    """Give every expense its state, and say what becomes of a period's total.

    Returns the rows whose period ends before it begins, with the reason to refuse them.
    """
    written = columns.get("state")
    answer = answers.get("state", "actual")
    if written is None:
        columns["state"] = [answer if answer in {"planned", "committed"} else "actual"] * size
        options = tuple(Option(s, s.capitalize()) for s in ("actual", "committed", "planned"))
        question = "No column shows whether this spend is planned, committed or actual."
        doubts.append(Doubt("state", question, options, answer))
    else:
        memo = {w: (values.expense_state(w) if w else "actual") for w in set(written)}
        unknown = Counter(w for w in written if memo[w] is None)
        if unknown:
            said = ", ".join(f"{shown(w)} ({n:,})" for w, n in unknown.most_common(6))
            notes.append(Note(f"Unknown states are imported as actual: {said}."))
        columns["state"] = [memo[w] or "actual" for w in written]
    if "end_date" not in columns:
        return {}
    spans = list(zip(columns["date"], columns["end_date"], strict=True))
    periods = [(a, b) for a, b in spans if a and b and b > a]
    if periods:
        a, b = max(periods, key=lambda p: p[1] - p[0])
        days = (b - a).days + 1
        doubts.append(
            Doubt(
                key="period",
                question=(
                    f"Totals of several days: {counted(len(periods), 'row')}, the longest of "
                    f"{days:,} days, from {a:%-d %B %Y} to {b:%-d %B %Y}. Each is spread evenly "
                    "over its days."
                ),
                options=(
                    Option("spread", "Spread each over its days"),
                    Option("refuse", "Refuse these rows"),
                ),
                answer=answers.get("period", "spread"),
            )
        )
        if answers.get("period") == "refuse":
            text = "the amount is a total for several days"
            return {i: text for i, (x, y) in enumerate(spans) if x and y and y > x}
    return {
        i: "the period ends before it starts" for i, (x, y) in enumerate(spans) if x and y and y < x
    }


def finish_stage_history(
    columns: dict[str, list[Any]], size: int, mapping: Mapping[str, str], notes: list[Note]
) -> set[int]:
    """Take a pipeline's name off each stage; return the rows that tell of something else.

    An export of all changed fields names the field beside each change: only the stage's are
    taken, and it is said how many are not.
    """
    stages = columns.get("stage")
    if stages is not None:
        known = {stage: values.bare_stage(stage) if stage else stage for stage in set(stages)}
        columns["stage"] = [known[stage] for stage in stages]
    columns.pop("from_stage", None)
    told = columns.pop("property", None)
    if told is None:
        return set()
    other = {
        place
        for place in range(size)
        if told[place] and " ".join(told[place].casefold().split("_")) not in STAGE_PROPERTIES
    }
    if other:
        header = mapping.get("property", "the field")
        notes.append(
            Note(
                f"{counted(len(other), 'row')} for fields other than the stage skipped ({header})."
            )
        )
    return other


def merge_variants(columns: Columns, answers: Mapping[str, str], doubts: list[Doubt]) -> None:
    """Spellings of one name that differ in case or space become the commonest, and it is said."""
    for name in ("source", "channel", "stage", "owner", "industry"):
        column = columns.get(name)
        if column is None:
            continue
        counts = Counter(v for v in column if v)
        merged = values.variants(counts)
        if not merged:
            continue
        key = f"variants.{name}"
        answer = answers.get(key, "merge")
        said = ", ".join(
            f"{shown(a)} ({counts[a]:,}) as {shown(b)} ({counts[b]:,})"
            for a, b in list(merged.items())[:6]
        )
        doubts.append(
            Doubt(
                key=key,
                question=f"The same name is spelled in several ways. Used: {said}.",
                options=(
                    Option("merge", "Yes, they are the same"),
                    Option("keep", "No, keep them separate"),
                ),
                answer=answer,
            )
        )
        if answer == "merge":
            columns[name] = [merged.get(v, v) if v else v for v in column]


def currency_codes(written: list[Any], notes: list[Note]) -> list[str | None]:
    """ISO codes from a currency column: codes, symbols, or 'US Dollar (USD)'."""
    memo: dict[Any, str | None] = {}
    unknown = []
    for text in set(written):
        found = None
        if text:
            words = normalise(text).upper().split()
            found = next((w for w in words if w in numbers.CODES), None)
            found = found or numbers.SYMBOL_OF.get(text.strip().upper())
            inside = text[text.find("(") + 1 : text.find(")")].upper() if "(" in text else ""
            found = found or (inside if inside in numbers.CODES else None)
            if found is None:
                unknown.append(text)
        memo[text] = found
    if unknown:
        said = ", ".join(shown(u) for u in unknown[:5])
        notes.append(Note(f"Unknown currencies were left blank: {said}."))
    return [memo[t] for t in written]
