"""Migration operations for row-level security and audit.

Every table of a workspace is protected in the migration that makes it. Security is forced, so
it holds for the owner too, and reads what the scope told the connection (`ipeo.database.base`).
"""

from django.db.migrations import RunSQL

WORKSPACE = "NULLIF(current_setting('ipeo.workspace', true), '')::bigint"
PERSON = "NULLIF(current_setting('ipeo.person', true), '')::bigint"
SYSTEM = "current_setting('ipeo.system', true) = 'on'"


def _forced(table: str) -> str:
    return f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"


def tenant(*tables: str) -> list[RunSQL]:
    """Protect tables whose rows are seen and written inside their workspace's scope alone."""
    return [
        RunSQL(
            f"{_forced(table)} CREATE POLICY tenant ON {table} "
            f"USING (workspace_id = {WORKSPACE}) WITH CHECK (workspace_id = {WORKSPACE});",
            RunSQL.noop,
        )
        for table in tables
    ]


def directory(table: str, *, workspace: str = "workspace_id", person: str = "") -> list[RunSQL]:
    """Protect a table that must also be read before a workspace is known.

    The person it concerns may read it (to list one's workspaces), and the system may read and
    write it (to find whose background work is due).
    """
    theirs = f" OR {person}" if person else ""
    return [
        RunSQL(
            f"{_forced(table)} CREATE POLICY directory ON {table} "
            f"USING ({workspace} = {WORKSPACE} OR {SYSTEM}{theirs}) "
            f"WITH CHECK ({workspace} = {WORKSPACE} OR {SYSTEM});",
            RunSQL.noop,
        )
    ]


AUDIT_FUNCTION = RunSQL(
    """
    CREATE FUNCTION ipeo_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
        after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
        difference jsonb;
        subject jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    BEGIN
        SELECT jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key))
          INTO difference
          FROM (SELECT jsonb_object_keys(before || after) AS key) AS keys
         WHERE (before -> key) IS DISTINCT FROM (after -> key);
        IF difference IS NOT NULL THEN
            INSERT INTO ipeo_auditevent
                (workspace_id, table_name, row_id, action, changes, person_id, at)
            VALUES ((subject ->> 'workspace_id')::bigint, TG_TABLE_NAME,
                    (subject ->> 'id')::bigint, lower(TG_OP), difference,
                    NULLIF(current_setting('ipeo.person', true), '')::bigint, clock_timestamp());
        END IF;
        RETURN NULL;
    END $$;
    """,
    "DROP FUNCTION ipeo_audit();",
)


def audited(*tables: str) -> list[RunSQL]:
    """Record every hand edit of these tables; bulk loads are audited by their Import instead."""
    return [
        RunSQL(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW "
            "WHEN (current_setting('ipeo.bulk', true) IS DISTINCT FROM 'on') "
            "EXECUTE FUNCTION ipeo_audit();",
            f"DROP TRIGGER audit ON {table};",
        )
        for table in tables
    ]
