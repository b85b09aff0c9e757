SELECT bucket, provider, model, status_code, request_count AS n,
    approx_p99_duration_ms AS p99
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }} AND request_count >= {{ min_calls }}
