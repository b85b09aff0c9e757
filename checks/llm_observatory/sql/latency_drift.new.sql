SELECT bucket, provider, model, status_code, request_count AS n,
    approx_p50_duration_ms AS p50, approx_p95_duration_ms AS p95
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }} AND request_count >= {{ min_calls }}
