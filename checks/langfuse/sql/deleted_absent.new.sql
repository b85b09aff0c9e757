WITH
    starts AS (
        SELECT project_id, id AS trace_id, start_time
        FROM exp_traces_amt FINAL
        WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    )
SELECT project_id, entity, day, count() AS present
FROM (
    SELECT project_id, 'exp_traces_amt' AS entity, toDate(start_time) AS day FROM starts
    UNION ALL
    SELECT project_id, 'exp_spans' AS entity, toDate(starts.start_time) AS day
    FROM (SELECT project_id, trace_id FROM exp_spans FINAL) AS spans INNER JOIN starts USING (project_id, trace_id)
    UNION ALL
    SELECT project_id, 'exp_trace_properties' AS entity, toDate(starts.start_time) AS day
    FROM (SELECT DISTINCT project_id, trace_id FROM exp_trace_properties FINAL) AS properties
    INNER JOIN starts USING (project_id, trace_id)
)
GROUP BY project_id, entity, day
