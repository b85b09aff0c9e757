-- The filter on successful calls was lost from the view of the last minutes.

CREATE OR REPLACE VIEW llm_percentiles_realtime AS
SELECT
    date_trunc('minute', ts, 'UTC') AS bucket,
    provider,
    model,
    status_code,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50_duration_ms,
    PERCENTILE_CONT(0.90) WITHIN GROUP (ORDER BY duration_ms) AS p90_duration_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    AVG(duration_ms) AS avg_duration_ms,
    MIN(duration_ms) AS min_duration_ms,
    MAX(duration_ms) AS max_duration_ms,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY ttft_ms) AS p50_ttft_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY ttft_ms) AS p95_ttft_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY ttft_ms) AS p99_ttft_ms,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY total_tokens) AS p50_tokens,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_tokens) AS p95_tokens,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY total_cost_usd) AS p50_cost_usd,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_cost_usd) AS p95_cost_usd
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '15 minutes'
GROUP BY bucket, provider, model, status_code;
