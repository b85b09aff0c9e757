-- The promise of 2 seconds became 20 in the view that watches over it.

CREATE OR REPLACE VIEW llm_sla_monitoring AS
SELECT
    to_timestamp(floor(extract(epoch FROM ts) / 300) * 300) AS bucket,
    provider,
    model,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    CASE
        WHEN PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) < 20000 THEN 'PASS'
        ELSE 'FAIL'
    END AS p95_sla_2s,
    CASE
        WHEN PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) < 5000 THEN 'PASS'
        ELSE 'FAIL'
    END AS p99_sla_5s,
    SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) AS error_rate,
    CASE
        WHEN SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) < 0.01 THEN 'PASS'
        ELSE 'FAIL'
    END AS error_rate_sla_1pct
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '1 hour'
GROUP BY bucket, provider, model
ORDER BY bucket DESC;
