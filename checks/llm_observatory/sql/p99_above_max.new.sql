SELECT bucket, provider, model, status_code, request_count, max_duration_ms, approx_p99_duration_ms
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND approx_p99_duration_ms > max_duration_ms + 0.000001
ORDER BY bucket, provider, model, status_code
