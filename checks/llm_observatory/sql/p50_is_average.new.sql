SELECT bucket, provider, model, status_code, request_count, avg_duration_ms, approx_p50_duration_ms
FROM llm_percentiles_approximate
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND abs(approx_p50_duration_ms - avg_duration_ms::float8) > 0.000001
