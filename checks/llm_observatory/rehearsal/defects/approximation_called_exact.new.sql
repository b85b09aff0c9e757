-- The views were given p50, p95 and p99 columns as if they were exact, filled from the normal approximation.

ALTER TABLE llm_metrics_1min ADD COLUMN p50_duration_ms float8, ADD COLUMN p95_duration_ms float8, ADD COLUMN p99_duration_ms float8;
UPDATE llm_metrics_1min SET p50_duration_ms = avg_duration_ms,
    p95_duration_ms = avg_duration_ms + 1.645 * sqrt(greatest(sum_duration_ms_squared / request_count - avg_duration_ms * avg_duration_ms, 0)),
    p99_duration_ms = avg_duration_ms + 2.326 * sqrt(greatest(sum_duration_ms_squared / request_count - avg_duration_ms * avg_duration_ms, 0));
ALTER TABLE llm_metrics_1hour ADD COLUMN p50_duration_ms float8, ADD COLUMN p95_duration_ms float8, ADD COLUMN p99_duration_ms float8;
UPDATE llm_metrics_1hour SET p50_duration_ms = avg_duration_ms,
    p95_duration_ms = avg_duration_ms + 1.645 * sqrt(greatest(sum_duration_ms_squared / request_count - avg_duration_ms * avg_duration_ms, 0)),
    p99_duration_ms = avg_duration_ms + 2.326 * sqrt(greatest(sum_duration_ms_squared / request_count - avg_duration_ms * avg_duration_ms, 0));
