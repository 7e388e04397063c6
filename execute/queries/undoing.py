"""Whether an import can be undone, and what came of it."""

from __future__ import annotations

from execute.models import Import, ImportPiece
from execute.numerics.doubts import counted
from execute.queries.imports import has_stopped
from ipeo.models import Run

# The table that a kind of file fills; others follow from it.
TABLES = {
    "products": "insight_product",
    "accounts": "insight_account",
    "contacts": "insight_contact",
    "deals": "execute_deal",
    "touches": "execute_touch",
    "expenses": "execute_expense",
    "stage_history": "execute_dealstagechange",
}
KEPT = {
    "later": "a later import has changed {them}; undo that import first",
    "edited": "someone has edited {them} since",
    "used": "other rows now refer to {them}",
}


def undo_has_stopped(brought: Import) -> bool:
    """Whether an import's undoing failed on its way, so that it may go on."""
    return bool(
        brought.state == Import.State.UNDOING
        and (brought.undo_run is None or brought.undo_run.state == Run.State.FAILED)
    )


def can_be_undone(brought: Import) -> bool:
    """Whether an import has stored rows, does not run, and is not wholly undone."""
    left = ImportPiece.objects.filter(source=brought, undone=False)
    if brought.state == Import.State.UNDONE:
        left = left.filter(table=TABLES[brought.kind])
    elif not (
        brought.state == Import.State.DONE or has_stopped(brought) or undo_has_stopped(brought)
    ):
        return False
    found: bool = left.exists()
    return found


def told_of_undoing(brought: Import) -> list[str]:
    """Return what undoing an import has done, a sentence each; rows that stayed, with why."""
    counts = brought.undone
    told = []
    if removed := counts.get("removed", 0):
        told.append(f"Removed {counted(removed, 'row')} added by the import.")
    if restored := counts.get("restored", 0):
        told.append(f"Restored {counted(restored, 'row')} changed by the import.")
    if gone := counts.get("gone", 0):
        told.append(f"{counted(gone, 'row')} had already been removed by someone.")
    for reason, why in KEPT.items():
        if kept := counts.get(reason, 0):
            them = "it" if kept == 1 else "them"
            told.append(f"{counted(kept, 'row')} could not be undone: {why.format(them=them)}.")
    return told or ["There was nothing to undo."]


def kept_by_undoing(brought: Import) -> int:
    """Return how many rows could not be undone."""
    return sum(int(brought.undone.get(reason, 0)) for reason in KEPT)
