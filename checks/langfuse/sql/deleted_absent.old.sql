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
-- What is alive, id by id: whatever else is in new should be gone.
SELECT 'exp_traces_amt' AS table_name, project_id, trace_id AS id FROM starts
UNION ALL
SELECT 'exp_spans' AS table_name, project_id, spans.id AS id FROM spans INNER JOIN starts USING (project_id, trace_id)
UNION ALL
SELECT 'exp_trace_properties' AS table_name, project_id, trace_id AS id
FROM heads INNER JOIN starts USING (project_id, trace_id)
WHERE notEmpty(heads.tags) OR heads.user_id != '' OR heads.session_id != ''
