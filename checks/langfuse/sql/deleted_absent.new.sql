WITH
    starts AS (
        SELECT project_id, id AS trace_id
        FROM exp_traces_amt FINAL
        WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    )
SELECT 'exp_traces_amt' AS table_name, project_id, trace_id AS id FROM starts
UNION ALL
-- A row whose trace is gone has no window but its own time, and is what a deletion leaves behind.
SELECT 'exp_spans' AS table_name, project_id, id
FROM exp_spans FINAL
WHERE (project_id, trace_id) IN starts
    OR (
        ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND (project_id, trace_id) NOT IN (SELECT DISTINCT project_id, id FROM exp_traces_amt)
    )
UNION ALL
SELECT DISTINCT 'exp_trace_properties' AS table_name, project_id, trace_id AS id
FROM exp_trace_properties FINAL
WHERE (project_id, trace_id) IN starts
    OR (
        ({{ project }} = '' OR project_id = {{ project }}) AND event_ts >= {{ from }} AND event_ts < {{ to }}
        AND (project_id, trace_id) NOT IN (SELECT DISTINCT project_id, id FROM exp_traces_amt)
    )
