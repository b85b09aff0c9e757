WITH metrics AS (
    SELECT project_id, trace_id, count() AS observations, sum(total_cost) AS cost, min(start_time) AS started, max(end_time) AS ended
    FROM observations FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }})
        AND start_time >= {{ from }} - INTERVAL 1 HOUR AND start_time < {{ to }} + INTERVAL 2 DAY
    GROUP BY project_id, trace_id
)
SELECT project_id, id, name, user_id, session_id, tags, timestamp, observations, cost, dateDiff('millisecond', started, ended) AS latency_ms
FROM (
    SELECT * FROM traces FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND timestamp >= {{ from }} AND timestamp < {{ to }}
) AS traces
LEFT JOIN metrics ON metrics.project_id = traces.project_id AND metrics.trace_id = traces.id
ORDER BY timestamp DESC, id
LIMIT 50
