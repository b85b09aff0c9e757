SELECT project_id, id AS trace_id, dateDiff('millisecond', start_time, end_time) AS latency_ms
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    -- Only traces in which something ended: the aggregate alone cannot tell.
    AND (project_id, id) IN (SELECT project_id, trace_id FROM exp_spans FINAL WHERE end_time IS NOT NULL)
