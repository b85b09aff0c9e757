SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND {{ exact_percentiles }}
GROUP BY 1, provider, model, environment
