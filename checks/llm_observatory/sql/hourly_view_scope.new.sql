SELECT bucket, provider, model, environment,
    request_count, p50_duration_ms AS p50, p95_duration_ms AS p95, p99_duration_ms AS p99, error_rate
FROM llm_percentiles_hourly
WHERE bucket >= {{ day_from }} AND bucket < {{ day_to }}
