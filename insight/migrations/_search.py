"""Search over studies by their words, under row-level security.

PostgreSQL asks no index a question that might betray another workspace's rows before it has
asked whose they are, and matching words counts as such a question: under a policy alone, every
search would read every note. This function, the schema owner's, finds the numbers of the scope's
notes by the index of words; whoever asks then reads those rows under the policies as ever, so
that a number too many would show nothing.
"""

FOUND = """
CREATE POLICY words ON insight_study FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION insight_found(
    asked tsquery, of_kind text, with_tag text, up_to date, below bigint, most integer
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    here bigint := NULLIF(current_setting('ipeo.workspace', true), '')::bigint;
BEGIN
    IF here IS NULL THEN
        RETURN;
    END IF;
    -- Planned for these very words each time: a rare one is looked up, a common one is walked to.
    RETURN QUERY EXECUTE
        'SELECT id FROM insight_study WHERE workspace_id = $1 AND search @@ $2'
        ' AND ($3 = '''' OR kind = $3) AND ($4 = '''' OR tags @> to_jsonb($4))'
        ' AND ($5 IS NULL OR (held_on, id) < ($5, $6))'
        ' ORDER BY held_on DESC, id DESC LIMIT $7'
        USING here, ('workspace' || here)::tsquery && asked, of_kind, with_tag, up_to, below, most;
END $$;
"""

FORGOTTEN = """
DROP FUNCTION insight_found(tsquery, text, text, date, bigint, integer);
DROP POLICY words ON insight_study;
"""
