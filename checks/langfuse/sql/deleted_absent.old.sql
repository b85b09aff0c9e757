WITH
    -- Traces with any row in the window: whatever it says by now, it is looked at again below.
    touched AS (
        SELECT project_id, id AS trace_id FROM traces
        WHERE ({{ project }} = '' OR project_id = {{ project }})
            AND timestamp >= {{ from }} AND timestamp < {{ to }}
        UNION DISTINCT
        SELECT project_id, trace_id FROM observations
        WHERE ({{ project }} = '' OR project_id = {{ project }})
            AND start_time >= {{ from }} AND start_time < {{ to }}
    ),
    -- The newest version of each, tombstones left out after that choice, not before it.
    heads AS (
        SELECT * FROM (
            SELECT *, id AS trace_id FROM traces WHERE (project_id, id) IN touched
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    ),
    spans AS (
        SELECT * FROM (
            SELECT * FROM observations WHERE (project_id, trace_id) IN touched
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    ),
    -- A trace belongs to the window in which it, or the first of its observations, began.
    starts AS (
        SELECT project_id, trace_id, min(at) AS start_time
        FROM (
            SELECT project_id, trace_id, timestamp AS at FROM heads
            UNION ALL SELECT project_id, trace_id, start_time AS at FROM spans
        )
        GROUP BY project_id, trace_id
        HAVING start_time >= {{ from }} AND start_time < {{ to }}
    )
SELECT table_name, day, sum(n) AS present_and_one
FROM (
    -- One for every day of the window: a day of which nothing is left is no surplus, and 0 to 0 is no ratio.
    SELECT table_name, toDate({{ from }}) + number AS day, 1 AS n
    FROM numbers(dateDiff('day', {{ from }}, {{ to }}) + 1)
    ARRAY JOIN ['exp_traces_amt', 'exp_spans', 'exp_trace_properties'] AS table_name
    UNION ALL
    SELECT 'exp_traces_amt' AS table_name, toDate(start_time) AS day, 1 AS n FROM starts
    UNION ALL
    SELECT 'exp_spans' AS table_name, toDate(starts.start_time) AS day, 1 AS n
    FROM spans INNER JOIN starts USING (project_id, trace_id)
    UNION ALL
    SELECT 'exp_trace_properties' AS table_name, toDate(starts.start_time) AS day, 1 AS n
    FROM heads INNER JOIN starts USING (project_id, trace_id)
    WHERE notEmpty(heads.tags) OR heads.user_id != '' OR heads.session_id != ''
)
GROUP BY table_name, day
