"""Triggers by which every change of a fact says what must be measured again.

They run once per statement over its transition tables, so that bulk loads, hand edits and
cascaded deletes all count, at a cost that hardly grows with the rows. PostgreSQL allows one
event for each trigger with transition tables, hence three triggers for each table.
"""

MARK_PARTIES = """
CREATE FUNCTION optimize_mark_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO optimize_staleparty (workspace_id, party)
        {arrived};
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO optimize_staleparty (workspace_id, party)
        {departed};
    END IF;
    {more}
    RETURN NULL;
END $$;
"""

# A lead's own touch also concerns the contact, whose account it may have left since.
_TOUCH = """SELECT DISTINCT workspace_id, party FROM {rows}
        UNION SELECT workspace_id, -contact_id FROM {rows}
        WHERE kind = 'lead' AND contact_id IS NOT NULL"""

# A deal's person without an account belongs to the deal's account, so both are concerned. The
# number far below all others stands for a deal of nobody known.
_DEAL = """SELECT DISTINCT workspace_id, COALESCE(party, -9000000000000000000 + id) FROM {rows}
        UNION SELECT workspace_id, -contact_id FROM {rows} WHERE contact_id IS NOT NULL"""

_STAGE_CHANGE = """SELECT DISTINCT d.workspace_id, COALESCE(d.party, -9000000000000000000 + d.id)
        FROM {rows} JOIN execute_deal d ON d.id = {rows}.deal_id"""

_CONTACT = """SELECT workspace_id, -id FROM {rows}
        UNION SELECT workspace_id, account_id FROM {rows} WHERE account_id IS NOT NULL"""

# Contacts are edited for many reasons; only these two matter here.
_CONTACT_FUNCTION = f"""
CREATE FUNCTION optimize_mark_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO optimize_staleparty (workspace_id, party)
        {_CONTACT.format(rows="arrived")};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO optimize_staleparty (workspace_id, party)
        {_CONTACT.format(rows="departed")};
    ELSE
        INSERT INTO optimize_staleparty (workspace_id, party)
        SELECT workspace_id, party FROM (
            SELECT o.workspace_id, unnest(ARRAY[-o.id, o.account_id, n.account_id]) AS party
              FROM departed o JOIN arrived n ON n.id = o.id
             WHERE (o.account_id, o.lead_date) IS DISTINCT FROM (n.account_id, n.lead_date)
        ) AS changed WHERE party IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
"""

_COUNT_TOUCHES = """
    INSERT INTO optimize_activitydelta
        (workspace_id, date, channel_id, program_id, figure, n, amount)
    SELECT workspace_id, date, channel_id, program_id, 'touches', sum(n), 0
      FROM ({both}) AS counted
     GROUP BY workspace_id, date, channel_id, program_id
    HAVING sum(n) <> 0;
"""


def _touches(rows: str, sign: str) -> str:
    return (
        f"SELECT r.workspace_id, (r.occurred_at AT TIME ZONE w.time_zone)::date AS date, "
        f"r.channel_id, r.program_id, {sign}count(*) AS n "
        f"FROM {rows} r JOIN ipeo_workspace w ON w.id = r.workspace_id GROUP BY 1, 2, 3, 4"
    )


def expense_figures(rows: str, sign: str = "") -> str:
    """What expenses add to the totals, one row for each figure that they know."""
    return (
        f"SELECT r.workspace_id, r.date, r.channel_id, r.program_id, v.figure, "
        f"{sign}1 AS n, {sign}v.amount AS amount FROM {rows} r CROSS JOIN LATERAL (VALUES "
        "(r.state::text, r.amount), ('impressions', r.impressions::numeric), "
        "('clicks', r.clicks::numeric)) AS v(figure, amount) WHERE v.amount IS NOT NULL"
    )


_COUNT_EXPENSES = """
    INSERT INTO optimize_activitydelta
        (workspace_id, date, channel_id, program_id, figure, n, amount)
    SELECT workspace_id, date, channel_id, program_id, figure, sum(n), sum(amount)
      FROM ({both}) AS counted
     GROUP BY workspace_id, date, channel_id, program_id, figure
    HAVING sum(n) <> 0 OR sum(amount) <> 0;
"""


def _by_event(statement: str, part: object) -> str:
    """The statement for an insert, a delete, and for an update that is both at once."""
    assert callable(part)
    arrived, departed = part("arrived", ""), part("departed", "-")
    return (
        f"IF TG_OP = 'INSERT' THEN {statement.format(both=arrived)} "
        f"ELSIF TG_OP = 'DELETE' THEN {statement.format(both=departed)} "
        f"ELSE {statement.format(both=f'{arrived} UNION ALL {departed}')} END IF;"
    )


_EXPENSE_FUNCTION = (
    "CREATE FUNCTION optimize_count_expense() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    + _by_event(_COUNT_EXPENSES, expense_figures)
    + " RETURN NULL; END $$;"
)

# What the whole measurement rests on: the next one compares it with what held at the last.
_SETTING_FUNCTION = """
CREATE FUNCTION optimize_mark_setting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'ipeo_workspace' THEN
        INSERT INTO optimize_staleparty (workspace_id, party) VALUES (NEW.id, 0);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO optimize_staleparty (workspace_id, party) VALUES (OLD.workspace_id, 0);
    ELSE
        INSERT INTO optimize_staleparty (workspace_id, party) VALUES (NEW.workspace_id, 0);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION optimize_forget_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM optimize_staleparty WHERE workspace_id = OLD.id;
    DELETE FROM optimize_activitydelta WHERE workspace_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER measured_anew AFTER UPDATE OF time_zone, lookback_days, half_life_days,
    discount_threshold ON ipeo_workspace FOR EACH ROW EXECUTE FUNCTION optimize_mark_setting();
CREATE TRIGGER forgotten AFTER DELETE ON ipeo_workspace
    FOR EACH ROW EXECUTE FUNCTION optimize_forget_workspace();
CREATE TRIGGER measured_anew AFTER INSERT OR DELETE OR UPDATE OF campaign_id, number, starts_on,
    ends_on ON ipeo_cycle FOR EACH ROW EXECUTE FUNCTION optimize_mark_setting();
CREATE TRIGGER measured_anew AFTER UPDATE OF campaign_id ON plan_program
    FOR EACH ROW EXECUTE FUNCTION optimize_mark_setting();
CREATE TRIGGER measured_anew AFTER UPDATE OF is_sales ON insight_channel
    FOR EACH ROW EXECUTE FUNCTION optimize_mark_setting();
CREATE TRIGGER measured_anew AFTER UPDATE OF is_proposal ON execute_dealstage
    FOR EACH ROW EXECUTE FUNCTION optimize_mark_setting();
"""


def _marking(name: str, rows: str, more: str = "") -> str:
    return MARK_PARTIES.format(
        name=name,
        arrived=rows.format(rows="arrived"),
        departed=rows.format(rows="departed"),
        more=more,
    )


def _on(table: str, function: str, trigger: str = "measured") -> str:
    """Three statement triggers on a table."""
    head = f"CREATE TRIGGER {trigger}_"
    tail = f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    return (
        f"{head}insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS arrived {tail}"
        f"{head}update AFTER UPDATE ON {table} "
        f"REFERENCING OLD TABLE AS departed NEW TABLE AS arrived {tail}"
        f"{head}delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS departed {tail}"
    )


# Where a lead came from is looked up by contact, and only a lead's own touches need it.
LEAD_INDEX = (
    "CREATE INDEX touch_lead_by_contact ON execute_touch (workspace_id, contact_id) "
    "WHERE kind = 'lead';"
)

SQL = "".join(
    [
        _marking("touch", _TOUCH, _by_event(_COUNT_TOUCHES, _touches)),
        _marking("deal", _DEAL),
        _marking("stagechange", _STAGE_CHANGE),
        _CONTACT_FUNCTION,
        _EXPENSE_FUNCTION,
        _SETTING_FUNCTION,
        _on("execute_touch", "optimize_mark_touch"),
        _on("execute_deal", "optimize_mark_deal"),
        _on("execute_dealstagechange", "optimize_mark_stagechange"),
        _on("insight_contact", "optimize_mark_contact"),
        _on("execute_expense", "optimize_count_expense"),
        LEAD_INDEX,
    ]
)
