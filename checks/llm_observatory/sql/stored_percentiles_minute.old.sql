SELECT date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND {{ exact_percentiles }}
GROUP BY 1, provider, model, status_code
