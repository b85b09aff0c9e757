SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment,
    COUNT(*) AS request_count, PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95, PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99,
    (COUNT(*) FILTER (WHERE status_code = 'ERROR'))::float8 / COUNT(*) AS error_rate
FROM llm_traces
WHERE ts >= {{ day_from }} AND ts < {{ day_to }}
GROUP BY 1, provider, model, environment
