"""Rows go in, piece by piece, each piece with all that follows from it in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import sql

from execute.actions.imports import entries, ledger, lines, references, rows
from execute.actions.imports.deals import deals
from execute.actions.imports.stages import load_stages, stage_history
from execute.actions.imports.upsert import Counts, adopt, upsert
from execute.models import Import, ImportRefusal
from execute.numerics.doubts import Refusal
from execute.queries.references import account_key
from execute.queries.undoing import TABLES
from ipeo import tenancy
from ipeo.database import bulk
from ipeo.database.holding import hold

if TYPE_CHECKING:
    import pandas as pd

PIECE = 20_000

BUILDERS: dict[str, Callable[[rows.Sheet], rows.Rows]] = {
    "products": rows.products,
    "accounts": rows.accounts,
    "contacts": rows.contacts,
    "deals": deals,
    "touches": rows.touches,
    "expenses": rows.expenses,
    "stage_history": stage_history,
}
_EMPTY_ACCOUNT = dict.fromkeys(("industry", "region", "country", "website", "parent_name"), "")
_EMPTY_EXPENSE = {"description": "", "state": "actual"}
_EMPTY_CONTACT = dict.fromkeys(("name", "email", "phone", "title", "source"), "")


def load_piece(*, brought: Import, frame: pd.DataFrame) -> Counts:
    """Write one piece of a file's rows, with all that follows from them.

    Runs inside the caller's transaction; the rows are audited by their Import, which keeps what
    it takes to undo it.
    """
    workspace_id = tenancy.current_workspace_id()
    if frame.empty:
        return Counts(0, 0, 0)
    with bulk.unaudited():
        match brought.kind:
            case "products":
                return _products(workspace_id, frame, brought)
            case "accounts":
                return _accounts(workspace_id, frame, brought)
            case "contacts":
                return _contacts(workspace_id, frame, brought)
            case "deals":
                return _deals(workspace_id, frame, brought)
            case "stage_history":
                return load_stages(workspace_id, frame, brought)
            case "touches" | "expenses":
                return upsert(
                    TABLES[brought.kind],
                    workspace_id,
                    frame,
                    source=brought,
                    at_first={} if brought.kind == "touches" else _EMPTY_EXPENSE,
                    with_change={"source_id": brought.pk},
                    counted_up=() if brought.kind == "touches" else ("version",),
                )
            case _:
                raise ValueError(f"Files of {brought.kind} cannot be loaded.")


def _products(workspace_id: int, frame: pd.DataFrame, brought: Import) -> Counts:
    keyed = frame[["import_key", "name"]].assign(by_name=frame["import_key"])
    adopt("insight_product", workspace_id, keyed, source=brought)
    first = {"family": "", "valued_for": "", "is_active": True}
    return upsert("insight_product", workspace_id, frame, source=brought, at_first=first)


def _accounts(workspace_id: int, frame: pd.DataFrame, brought: Import) -> Counts:
    keyed = frame[["import_key", "name"]].assign(by_name=frame["name"].map(account_key))
    adopt("insight_account", workspace_id, keyed, source=brought)
    first = _EMPTY_ACCOUNT | {"attributes": "{}", "created_at": timezone.now()}
    return upsert("insight_account", workspace_id, frame, source=brought, at_first=first)


def _contacts(workspace_id: int, frame: pd.DataFrame, brought: Import) -> Counts:
    moved = _note_moves(frame) if "account_id" in frame.columns else False
    first = _EMPTY_CONTACT | {
        "consent": "unknown",
        "attributes": "{}",
        "created_at": timezone.now(),
    }
    counts = upsert("insight_contact", workspace_id, frame, source=brought, at_first=first)
    if moved:
        move_touches()
    if "source" in frame.columns and "lead_date" in frame.columns:
        _lead_touches(workspace_id, frame, brought)
    return counts


def _note_moves(frame: pd.DataFrame) -> bool:
    """Remember where people were before, to move their touches along with them."""
    bulk.stage("placed", {"import_key": "text", "account_id": "bigint"}, frame)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE moved ON COMMIT DROP AS"
            " SELECT c.workspace_id, c.id, coalesce(c.account_id, -c.id) AS party, p.account_id"
            " FROM placed p JOIN insight_contact c"
            " ON c.workspace_id = %s AND c.import_key = p.import_key"
            " WHERE c.account_id IS DISTINCT FROM p.account_id",
            [tenancy.current_workspace_id()],
        )
        some = bool(cursor.rowcount)
        cursor.execute("DROP TABLE placed")
        if not some:
            cursor.execute("DROP TABLE moved")
        return some


def move_touches() -> None:
    """Let touches follow the people in the temporary table `moved`, which is dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE execute_touch t SET account_id = m.account_id FROM moved m"
            " WHERE t.workspace_id = m.workspace_id AND t.party = m.party AND t.contact_id = m.id"
        )
        cursor.execute("DROP TABLE moved")


def _lead_touches(workspace_id: int, frame: pd.DataFrame, brought: Import) -> None:
    """A lead's source and first contact date are its first touch on that channel."""
    said = frame[frame["source"].ne("") & frame["lead_date"].notna()]
    if said.empty:
        return
    made: references.Made = {}
    channels = references.channels_for(references.distinct(said["source"]), made)
    ledger.keep_made(source=brought, made=made)
    staged = said[["import_key", "lead_date"]].assign(channel_id=said["source"].map(channels))
    bulk.stage("led", {"import_key": "text", "lead_date": "date", "channel_id": "bigint"}, staged)
    ledger.recorded(
        source=brought,
        table="execute_touch",
        statement=sql.SQL(
            "INSERT INTO execute_touch AS t (workspace_id, import_key, contact_id, account_id,"
            " channel_id, kind, level, occurred_at)"
            " SELECT c.workspace_id, 'lead:' || left(c.import_key, 240), c.id, c.account_id,"
            " l.channel_id, 'lead', 2, l.lead_date::timestamp AT TIME ZONE %s"
            " FROM led l JOIN insight_contact c"
            " ON c.workspace_id = %s AND c.import_key = l.import_key"
            " ON CONFLICT (workspace_id, import_key)"
            " DO UPDATE SET contact_id = EXCLUDED.contact_id, account_id = EXCLUDED.account_id,"
            " channel_id = EXCLUDED.channel_id, occurred_at = EXCLUDED.occurred_at"
            " WHERE ROW(t.contact_id, t.account_id, t.channel_id, t.occurred_at) IS DISTINCT FROM"
            " ROW(EXCLUDED.contact_id, EXCLUDED.account_id, EXCLUDED.channel_id,"
            " EXCLUDED.occurred_at)"
        ),
        given=[tenancy.current_workspace().time_zone, workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE led")


def _deals(workspace_id: int, frame: pd.DataFrame, brought: Import) -> Counts:
    followed = [
        name for name in ("driver_id", entries.COLUMN, lines.COLUMN) if name in frame.columns
    ]
    columns = frame.drop(columns=followed)
    counts = upsert(
        "execute_deal",
        workspace_id,
        columns,
        source=brought,
        at_first={"quantity": 1, "outcome_note": "", "version": 1, "attributes": "{}"},
        with_change={"source_id": brought.pk, "updated_at": timezone.now()},
        counted_up=("version",),
    )
    if entries.COLUMN in frame.columns:
        entries.load_entries(workspace_id, frame, brought)
    _note_stages(workspace_id, brought)
    if lines.COLUMN in frame.columns:
        more = lines.load_lines(workspace_id, frame, brought)
        counts = Counts(counts.new, counts.changed + more, counts.unchanged - more)
    else:
        lines.balance_lines(workspace_id, brought)
    if "driver_id" in frame.columns:
        _note_drivers(workspace_id, frame[["import_key", "driver_id"]].dropna(), brought)
    if "contact_id" in frame.columns and "account_id" in frame.columns:
        _place_people(workspace_id, list(frame["import_key"]), brought)
    return counts


def _note_stages(workspace_id: int, brought: Import) -> None:
    """A deal that came into another stage, or into its first, has been there since it said so."""
    ledger.recorded(
        source=brought,
        table="execute_dealstagechange",
        statement=sql.SQL(
            "INSERT INTO execute_dealstagechange (workspace_id, deal_id, stage_id, entered_at)"
            " SELECT d.workspace_id, d.id, d.stage_id,"
            " coalesce((coalesce(d.closed_date, CASE WHEN last.stage_id IS NULL"
            "  THEN d.created_date END))::timestamp AT TIME ZONE %s, now())"
            " FROM written w JOIN execute_deal d ON d.id = w.id"
            " LEFT JOIN LATERAL (SELECT stage_id FROM execute_dealstagechange c"
            "  WHERE c.workspace_id = %s AND c.deal_id = d.id"
            "  ORDER BY c.entered_at DESC, c.id DESC LIMIT 1) last ON true"
            " WHERE last.stage_id IS DISTINCT FROM d.stage_id"
        ),
        given=[tenancy.current_workspace().time_zone, workspace_id],
    )


def _note_drivers(workspace_id: int, frame: pd.DataFrame, brought: Import) -> None:
    """The file's reason stands first; reasons that a rep gave besides are kept."""
    bulk.stage("driven", {"import_key": "text", "driver_id": "bigint"}, frame)
    ledger.recorded(
        source=brought,
        table="execute_dealdriver",
        statement=sql.SQL(
            "INSERT INTO execute_dealdriver (workspace_id, deal_id, driver_id, rank)"
            " SELECT d.workspace_id, d.id, v.driver_id, 1 FROM driven v JOIN execute_deal d"
            " ON d.workspace_id = %s AND d.import_key = v.import_key"
            " ON CONFLICT (workspace_id, deal_id, driver_id) DO NOTHING"
        ),
        given=[workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE driven")


def _place_people(workspace_id: int, keys: list[str], brought: Import) -> None:
    """A deal that names a person and a company says where the person works, if nobody knew.

    Without it the person's touches would be another buyer's than the deal's.
    """
    placed = ledger.recorded(
        source=brought,
        table="insight_contact",
        former=("account_id",),
        statement=sql.SQL(
            "UPDATE insight_contact c SET account_id = said.account_id FROM ("
            "  SELECT DISTINCT ON (contact_id) contact_id, account_id"
            "  FROM execute_deal WHERE workspace_id = %s AND import_key = ANY(%s)"
            "  AND contact_id IS NOT NULL AND account_id IS NOT NULL ORDER BY contact_id, id) said"
            " WHERE c.id = said.contact_id AND c.workspace_id = %s AND c.account_id IS NULL"
        ),
        given=[workspace_id, keys, workspace_id],
    )
    if placed:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE execute_touch t SET account_id = c.account_id FROM execute_deal d"
                " JOIN insight_contact c ON c.id = d.contact_id"
                " WHERE d.workspace_id = %s AND d.import_key = ANY(%s) AND t.workspace_id = %s"
                " AND t.party = -c.id AND t.contact_id = c.id AND c.account_id IS NOT NULL",
                [workspace_id, keys, workspace_id],
            )


@transaction.atomic
def record_piece(
    *,
    brought: Import,
    frame: pd.DataFrame,
    after: int,
    upto: int,
    refused: Sequence[Refusal] = (),
) -> Import:
    """Load a piece and count it, both or neither: a lost worker's successor goes on from there.

    `after` and `upto` are how many rows are dealt with before the piece and with it; where
    another worker has recorded it meanwhile, nothing is loaded. `refused` are rows of the piece
    that are kept with their reasons. Returns the import with its counts.
    """
    locked = hold(Import, brought.pk)
    if locked.stored != after:
        return locked
    counts = load_piece(brought=locked, frame=frame)
    keep_refusals(brought=locked, refused=refused)
    locked.new += counts.new
    locked.changed += counts.changed
    locked.unchanged += counts.unchanged
    locked.refused += len({one.line for one in refused})
    locked.stored = upto
    locked.save(update_fields=["new", "changed", "unchanged", "refused", "stored"])
    return locked


def keep_refusals(*, brought: Import, refused: Sequence[Refusal]) -> None:
    """Keep rows that are not taken, each with its line and the reason."""
    ImportRefusal.objects.bulk_create(
        [
            ImportRefusal(
                source=brought,
                line=one.line,
                column=one.column[:120],
                value=one.value.replace("\0", "")[:2000],
                reason=one.reason.replace("\0", "")[:300],
            )
            for one in sorted(refused, key=lambda one: one.line)
        ],
        batch_size=5000,
    )
