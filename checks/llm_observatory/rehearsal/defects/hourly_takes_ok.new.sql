-- The hourly percentiles were restricted to successful calls, like those by the minute.

CREATE OR REPLACE VIEW llm_percentiles_hourly AS
SELECT
    date_trunc('hour', ts, 'UTC') AS bucket,
    provider,
    model,
    environment,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50_duration_ms,
    PERCENTILE_CONT(0.90) WITHIN GROUP (ORDER BY duration_ms) AS p90_duration_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    AVG(duration_ms) AS avg_duration_ms,
    SUM(total_cost_usd) AS total_cost_usd,
    AVG(total_cost_usd) AS avg_cost_usd,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_cost_usd) AS p95_cost_usd,
    SUM(total_tokens) AS total_tokens,
    AVG(total_tokens) AS avg_tokens,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_tokens) AS p95_tokens,
    SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) AS error_rate
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '24 hours' AND status_code = 'OK'
GROUP BY bucket, provider, model, environment;
