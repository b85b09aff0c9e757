SELECT
    project_id, id AS trace_id, name, user_id, session_id, environment, tags, start_time,
    count_observations AS observations, cost_details['total'] AS cost,
    ifNull(dateDiff('millisecond', start_time, end_time), 0) AS latency_ms
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND name IS NOT NULL
ORDER BY start_time DESC, project_id, trace_id
LIMIT 50
