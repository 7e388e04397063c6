"""What sales says against a rival is written in versions."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from insight.models import Battlecard, Competitor
from ipeo.database.holding import hold
from ipeo.models import Membership

MOST_LINES, LONGEST_LINE = 12, 300


class CardMovedOn(Exception):
    """Somebody else has saved a newer version meanwhile; `current` is it."""

    def __init__(self, current: Battlecard) -> None:
        who = current.created_by or "Someone"
        super().__init__(f"{who} has saved version {current.version} in the meantime.")
        self.current = current


class TooManyLines(Exception):
    """A card is read in a minute: its lists are short."""


@transaction.atomic
def save_card(
    *,
    competitor: Competitor,
    their_claim: str,
    our_answer: str,
    proofs: Sequence[str],
    traps: Sequence[str],
    by: Membership | None,
    seen_version: int | None = None,
) -> Battlecard:
    """Save a rival's card as a new version; unchanged, the version there is.

    With `seen_version` (0 where none was seen), raises `CardMovedOn` where that is no longer the
    current one; raises `TooManyLines`.
    """
    proofs, traps = _lines(proofs), _lines(traps)
    # One at a time: two first versions saved at once would both be the first.
    hold(Competitor, competitor.pk)
    current = (
        Battlecard.objects.select_related("created_by__user")
        .filter(competitor=competitor, is_current=True)
        .first()
    )
    if current is not None and seen_version not in (None, current.version):
        raise CardMovedOn(current)
    words = {
        "their_claim": their_claim.strip(),
        "our_answer": our_answer.strip(),
        "proofs": proofs,
        "traps": traps,
    }
    if current is not None:
        if all(getattr(current, name) == value for name, value in words.items()):
            return current
        Battlecard.objects.filter(pk=current.pk).update(is_current=False)
    latest = Battlecard.objects.filter(competitor=competitor).aggregate(last=Max("version"))
    return Battlecard.objects.create(
        competitor=competitor, version=(latest["last"] or 0) + 1, created_by=by, **words
    )


def _lines(given: Sequence[str]) -> list[str]:
    lines = [line for one in given if (line := " ".join(one.split()))]
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise TooManyLines(f"Write up to {MOST_LINES} lines of up to {LONGEST_LINE} characters.")
    return list(dict.fromkeys(lines))
