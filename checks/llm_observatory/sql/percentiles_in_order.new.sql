SELECT bucket, provider, model, status_code, request_count, approx_p50_duration_ms, approx_p90_duration_ms, approx_p95_duration_ms, approx_p99_duration_ms
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT (approx_p50_duration_ms <= approx_p90_duration_ms AND approx_p90_duration_ms <= approx_p95_duration_ms
        AND approx_p95_duration_ms <= approx_p99_duration_ms)
