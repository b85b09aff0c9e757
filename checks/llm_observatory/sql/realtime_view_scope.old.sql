SELECT date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code,
    COUNT(*) AS request_count, PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95, PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99
FROM llm_traces
WHERE ts >= {{ recent_from }} AND ts < {{ recent_to }} AND status_code = 'OK'
GROUP BY 1, provider, model, status_code
