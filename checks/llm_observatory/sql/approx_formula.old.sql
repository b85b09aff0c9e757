SELECT bucket, provider, model, status_code, stddev,
    avg_duration_ms::float8 AS p50,
    avg_duration_ms::float8 + 1.282 * stddev AS p90,
    avg_duration_ms::float8 + 1.645 * stddev AS p95,
    avg_duration_ms::float8 + 2.326 * stddev AS p99
FROM (
    SELECT bucket, provider, model, status_code, avg_duration_ms,
        SQRT(GREATEST((sum_duration_ms_squared / NULLIF(request_count, 0)) - (avg_duration_ms * avg_duration_ms), 0))::float8 AS stddev
    FROM llm_metrics_1min
    WHERE bucket >= {{ from }} AND bucket < {{ to }}
) AS stored
