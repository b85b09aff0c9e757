SELECT bucket, provider, model, status_code, request_count, min_duration_ms, approx_p50_duration_ms, max_duration_ms
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT (approx_p50_duration_ms BETWEEN min_duration_ms - 0.000001 AND max_duration_ms + 0.000001)
ORDER BY bucket, provider, model, status_code
