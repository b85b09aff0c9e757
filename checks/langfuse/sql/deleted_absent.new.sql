WITH
    starts AS (
        SELECT project_id, id AS trace_id, start_time
        FROM exp_traces_amt FINAL
        WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    )
SELECT table_name, day, sum(n) AS present_and_one
FROM (
    SELECT table_name, toDate({{ from }}) + number AS day, 1 AS n
    FROM numbers(dateDiff('day', {{ from }}, {{ to }}) + 1)
    ARRAY JOIN ['exp_traces_amt', 'exp_spans', 'exp_trace_properties'] AS table_name
    UNION ALL
    SELECT 'exp_traces_amt' AS table_name, toDate(start_time) AS day, 1 AS n FROM starts
    UNION ALL
    SELECT 'exp_spans' AS table_name, toDate(starts.start_time) AS day, 1 AS n
    FROM (SELECT project_id, trace_id FROM exp_spans FINAL) AS spans INNER JOIN starts USING (project_id, trace_id)
    UNION ALL
    SELECT 'exp_trace_properties' AS table_name, toDate(starts.start_time) AS day, 1 AS n
    FROM (SELECT DISTINCT project_id, trace_id FROM exp_trace_properties FINAL) AS properties
    INNER JOIN starts USING (project_id, trace_id)
)
GROUP BY table_name, day
