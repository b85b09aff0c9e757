SELECT bucket, provider, model, status_code,
    request_count, p50_duration_ms AS p50, p95_duration_ms AS p95, p99_duration_ms AS p99
FROM llm_percentiles_realtime
WHERE bucket >= {{ recent_from }} AND bucket < {{ recent_to }}
