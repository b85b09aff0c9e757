SELECT
    project_id, id, name, user_id, session_id, tags, start_time, count_observations, cost_details['total'] AS cost,
    dateDiff('millisecond', start_time, end_time) AS latency_ms
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND name IS NOT NULL
ORDER BY start_time DESC, id
LIMIT 50
