SELECT bucket, provider, model, status_code, stddev_duration_ms::float8 AS stddev,
    approx_p50_duration_ms AS p50, approx_p90_duration_ms AS p90, approx_p95_duration_ms AS p95, approx_p99_duration_ms AS p99
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }}
