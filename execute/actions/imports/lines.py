"""Several rows of one deal, each another product, become the deal's lines."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql

from execute.actions.imports import ledger
from execute.actions.imports.rows import Sheet
from execute.actions.lines import share
from execute.models import Deal, DealLine, Import
from execute.numerics.doubts import counted
from execute.numerics.several import AS_LINES, KEY, WHOLE
from execute.queries.lines import AMOUNTS, largest, lines_of, out_of_balance, sums_of
from ipeo.database import bulk

if TYPE_CHECKING:
    import pandas as pd

COLUMN = "lines"
TABLE = "execute_dealline"
KEPT = ("product_id", "quantity", *AMOUNTS)
MANY = 20_000


def gather_lines(sheet: Sheet) -> None:
    """Turn the rows of one deal into one row with its lines, as the column `lines`.

    A deal of one row has none. Without such an answer, deals that hold lines keep their products.
    """
    if sheet.answers.get(KEY) not in AS_LINES or not sheet.has("product"):
        _keep_products(sheet)
        return
    groups: dict[str, list[int]] = {}
    for place, key in enumerate(sheet.given.identity):
        groups.setdefault(key, []).append(place)
    frame = {name: list(sheet.frame[name]) for name in sheet.frame.columns}
    frame.setdefault("quantity", [Decimal(1)] * len(sheet))
    frame[COLUMN] = ["[]"] * len(sheet)
    shared = sheet.answers[KEY] == WHOLE
    together = {key: places for key, places in groups.items() if len(places) > 1}
    for places in together.values():
        _gather(sheet, frame, places, shared=shared)
        sheet.leave_out(places[1:])
    for name in {*KEPT, COLUMN, *(f"original_{amount}" for amount in AMOUNTS)} & set(frame):
        sheet.set(name, frame[name])
    if together:
        sheet.say(
            f"{counted(len(together), 'deal')} of several products, out of "
            f"{counted(sum(map(len, together.values())), 'row')}."
        )


def _gather(sheet: Sheet, frame: dict[str, list[Any]], places: list[int], *, shared: bool) -> None:
    first = places[0]
    lines = [
        DealLine(position=position, **{name: frame[name][place] for name in KEPT})
        for position, place in enumerate(places, 1)
    ]
    totals: dict[str, Decimal | None] = {}
    for name in AMOUNTS if shared else ():
        said = {frame[name][place] for place in places}
        if sheet.has(name) and len(said) == 1:
            totals[name] = said.pop()
            for line in lines:
                setattr(line, name, None)  # so that list prices say who gets how much
    figures = sums_of(lines) | totals
    share(Deal(**figures), lines)
    most = largest(lines)
    for name, value in (
        figures | {"product_id": most.product_id, "quantity": most.quantity}
    ).items():
        frame[name][first] = value
    for name in AMOUNTS:
        original = frame.get(f"original_{name}")
        if original is not None and name not in totals:
            parts = [original[place] for place in places]
            original[first] = sum(parts) if all(part is not None for part in parts) else None
    frame[COLUMN][first] = json.dumps(
        [
            [line.position, line.product_id, *(_text(getattr(line, name)) for name in KEPT[1:])]
            for line in lines
        ]
    )
    # What a row says besides of its own line is not said of the deal.
    for texts in sheet.given.attributes.values():
        if any(texts[place] != texts[first] for place in places):
            texts[first] = None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _keep_products(sheet: Sheet) -> None:
    """Leave the deals that hold lines the product, and the money that only follows from it."""
    kept = [
        name
        for name in KEPT
        if name in sheet.frame.columns
        and not (
            name in AMOUNTS
            and (sheet.has(name) or (name != "cost_amount" and sheet.has("discount_percent")))
        )
    ]
    if not kept or not DealLine.objects.exists():
        return
    keys = sheet.given.identity
    held: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(keys), MANY):
        found = Deal.objects.filter(import_key__in=keys[start : start + MANY], lines__position=1)
        held |= {key: tuple(row) for key, *row in found.values_list("import_key", *kept)}
    if not held:
        return
    for place, name in enumerate(kept):
        values = list(sheet.frame[name])
        sheet.set(
            name,
            [
                held[key][place] if key in held else value
                for key, value in zip(keys, values, strict=True)
            ],
        )
    sheet.say(
        f"{counted(len(held), 'deal')} of several products: the products stay as they are, and "
        "share the amounts of the file."
    )


def load_lines(workspace_id: int, frame: pd.DataFrame, source: Import) -> int:
    """Give deals exactly the lines of the column `lines`.

    Return how many deals changed in their lines alone; they get a new version. Runs inside the
    caller's transaction, after the deals were written.
    """
    bulk.stage("lined", {"import_key": "text", COLUMN: "jsonb"}, frame[["import_key", COLUMN]])
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE lined_deal ON COMMIT DROP AS"  # noqa: S608 - columns of ours
            " SELECT d.id, s.lines FROM lined s JOIN execute_deal d"
            "  ON d.workspace_id = %s AND d.import_key = s.import_key;"
            "CREATE TEMPORARY TABLE lined_line ON COMMIT DROP AS"
            " SELECT s.id AS deal_id, (e.one ->> 0)::smallint AS position,"
            "  (e.one ->> 1)::bigint AS product_id, (e.one ->> 2)::numeric(12, 2) AS quantity,"
            "  (e.one ->> 3)::numeric(16, 2) AS list_amount,"
            "  (e.one ->> 4)::numeric(16, 2) AS net_amount,"
            "  (e.one ->> 5)::numeric(16, 2) AS cost_amount"
            " FROM lined_deal s CROSS JOIN LATERAL jsonb_array_elements(s.lines) AS e (one);"
            "CREATE TEMPORARY TABLE relined ON COMMIT DROP AS"
            " SELECT DISTINCT coalesce(w.deal_id, l.deal_id) AS deal_id FROM lined_line w"
            " FULL JOIN (SELECT l.* FROM execute_dealline l JOIN lined_deal d ON d.id = l.deal_id"
            "  WHERE l.workspace_id = %s) l ON l.deal_id = w.deal_id AND l.position = w.position"
            f" WHERE ROW({_of('l')}) IS DISTINCT FROM ROW({_of('w')})",
            [workspace_id, workspace_id],
        )
    _remove(workspace_id, source)
    ledger.recorded(
        source=source,
        table=TABLE,
        statement=sql.SQL(
            "INSERT INTO execute_dealline AS t"  # noqa: S608 - columns of ours
            f" (workspace_id, deal_id, position, {', '.join(KEPT)})"
            f" SELECT %s, w.deal_id, w.position, {_of('w')} FROM lined_line w"
            " WHERE w.deal_id IN (SELECT deal_id FROM relined)"
            " ON CONFLICT (workspace_id, deal_id, position) DO UPDATE SET "
            + ", ".join(f"{name} = EXCLUDED.{name}" for name in KEPT)
            + f" WHERE ROW({_of('t')}) IS DISTINCT FROM ROW({_of('EXCLUDED')})"
        ),
        given=[workspace_id],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE execute_deal SET version = version + 1, updated_at = now()"
            " WHERE workspace_id = %s AND id IN (SELECT deal_id FROM relined)"
            " AND id NOT IN (SELECT id FROM written)",
            [workspace_id],
        )
        more: int = cursor.rowcount
        cursor.execute("DROP TABLE lined, lined_deal, lined_line, relined")
    return more


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in KEPT)


def _remove(workspace_id: int, source: Import) -> None:
    """Remove lines that a deal no longer has; a piece without columns keeps what they were."""
    before = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(name), sql.Identifier("l", name))
        for name in ledger.stored_columns(TABLE)
    )
    statement = sql.SQL(
        "WITH w AS (DELETE FROM execute_dealline l USING relined r WHERE l.workspace_id = %s"
        " AND l.deal_id = r.deal_id AND NOT EXISTS (SELECT FROM lined_line n"
        "  WHERE n.deal_id = l.deal_id AND n.position = l.position)"
        " RETURNING l.id, false AS is_new, 0::bigint AS print,"
        " jsonb_build_object({}) AS before) {}"
    ).format(before, ledger.kept_from("w"))
    with connection.cursor() as cursor:
        cursor.execute(statement, [workspace_id, *ledger.piece_of(source, TABLE, ())])


def balance_lines(workspace_id: int, source: Import) -> None:
    """Let the lines of the deals just written add up to what the file says of them."""
    if not DealLine.objects.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.deal_id FROM execute_dealline l JOIN written w ON w.id = l.deal_id"
            " WHERE l.workspace_id = %s",
            [workspace_id],
        )
        written = [pk for (pk,) in cursor.fetchall()]
    if not written:
        return
    values: list[tuple[Any, ...]] = []
    for deal in out_of_balance().filter(pk__in=written).order_by("pk"):
        lines = lines_of(deal)
        share(deal, lines)
        values += [(line.pk, *(getattr(line, name) for name in AMOUNTS)) for line in lines]
    if not values:
        return
    ledger.recorded(
        source=source,
        table=TABLE,
        statement=sql.SQL(
            "UPDATE execute_dealline t SET list_amount = v.list_amount,"
            " net_amount = v.net_amount, cost_amount = v.cost_amount"
            " FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])"
            "  AS v (id, list_amount, net_amount, cost_amount)"
            " WHERE t.workspace_id = %s AND t.id = v.id"
        ),
        given=[*(list(column) for column in zip(*values, strict=True)), workspace_id],
    )
