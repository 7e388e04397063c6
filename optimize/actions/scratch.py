"""The temporary tables in which a piece of the measurement is prepared."""

from __future__ import annotations

from django.db import connection

from optimize.actions.tallies import TABLES as TALLY_TABLES
from optimize.numerics.attribution import MODELS

# Facts lie under row-level security, and there a join on `-party` may use no index: a function that
# might tell of what it is shown must not be shown another's rows.
_CONTACT = "contact bigint GENERATED ALWAYS AS (CASE WHEN party < 0 THEN -party END) STORED"
TABLES = {
    "stale": f"party bigint, {_CONTACT}",
    "buyer": "party bigint PRIMARY KEY",
    "member": f"party bigint PRIMARY KEY, buyer bigint, {_CONTACT}",
    "differing": "deal_id bigint, by_fact boolean, by_credit boolean",
    "differing_lead": "contact_id bigint",
    "differing_funnel": "party bigint",
    "new_credit": "deal bigint, channel bigint, program bigint, "
    + ", ".join(f'"{model}" bigint' for model in MODELS),
    "new_lead": "contact bigint, party bigint, day bigint, channel bigint, program bigint",
    "new_funnel": "cycle bigint, party bigint, depth bigint, handed_over bigint, minutes bigint",
    **TALLY_TABLES,
}
FACTS = ("deal", "credit", "lead", "funnel")


_DROPPED = ", ".join(
    f"pg_temp.{name}" for name in (*TABLES, "new_deal", *(f"changed_{fact}" for fact in FACTS))
)
# One statement after another in one message: there are many, and each is a trip of its own.
_MAKE_TABLES = ";".join(
    [
        f"DROP TABLE IF EXISTS {_DROPPED}",
        *(
            f"CREATE TEMPORARY TABLE {name} ({columns}) ON COMMIT DROP"
            for name, columns in TABLES.items()
        ),
        *(
            f"CREATE TEMPORARY TABLE changed_{fact} ON COMMIT DROP AS "  # noqa: S608
            f"SELECT 1 AS sign, f.* FROM optimize_{fact if fact == 'credit' else fact + 'fact'} f "
            "WITH NO DATA"
            for fact in FACTS
        ),
    ]
)


def make_tables() -> None:
    """Make a piece's temporary tables; those of an earlier piece are dropped."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_TABLES)
