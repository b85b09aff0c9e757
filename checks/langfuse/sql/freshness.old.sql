WITH
    -- By id: FINAL merges by sorting key, and would show what moved, and was then deleted, as alive.
    heads AS (
        SELECT * FROM (
            SELECT * FROM traces
            WHERE ({{ project }} = '' OR project_id = {{ project }}) AND timestamp >= {{ from }}
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    ),
    spans AS (
        SELECT * FROM (
            SELECT * FROM observations
            WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }}
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    )
SELECT 'exp_spans' AS table_name, max(event_ts) AS latest FROM spans
UNION ALL
SELECT 'exp_traces_amt' AS table_name, max(at) AS latest
FROM (SELECT updated_at AS at FROM heads UNION ALL SELECT updated_at AS at FROM spans)
UNION ALL
SELECT 'exp_trace_properties' AS table_name, max(event_ts) AS latest
FROM heads
WHERE arrayExists(tag -> tag != '', tags) OR user_id != '' OR session_id != ''
