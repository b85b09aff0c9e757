-- The views were given p50, p95 and p99 columns as if they were exact, filled from the normal approximation.

DROP VIEW llm_percentiles_approximate;
DROP MATERIALIZED VIEW llm_metrics_1min;
DROP MATERIALIZED VIEW llm_metrics_1hour;

CREATE MATERIALIZED VIEW llm_metrics_1min
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT
    time_bucket('1 minute', ts) AS bucket,
    provider,
    model,
    status_code,
    COUNT(*) AS request_count,
    SUM(total_tokens) AS total_tokens,
    SUM(total_cost_usd) AS total_cost_usd,
    AVG(duration_ms) AS avg_duration_ms,
    MIN(duration_ms) AS min_duration_ms,
    MAX(duration_ms) AS max_duration_ms,
    SUM(duration_ms::bigint * duration_ms)::bigint AS sum_duration_ms_squared,
    AVG(prompt_tokens) AS avg_prompt_tokens,
    AVG(completion_tokens) AS avg_completion_tokens,
    AVG(duration_ms)::float8 AS p50_duration_ms,
    (AVG(duration_ms) + 1.645 * sqrt(greatest(SUM(duration_ms::bigint * duration_ms) / COUNT(*) - AVG(duration_ms) * AVG(duration_ms), 0)))::float8 AS p95_duration_ms,
    (AVG(duration_ms) + 2.326 * sqrt(greatest(SUM(duration_ms::bigint * duration_ms) / COUNT(*) - AVG(duration_ms) * AVG(duration_ms), 0)))::float8 AS p99_duration_ms
FROM llm_traces
GROUP BY 1, 2, 3, 4
WITH NO DATA;

CREATE MATERIALIZED VIEW llm_metrics_1hour
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT
    time_bucket('1 hour', ts) AS bucket,
    provider,
    model,
    environment,
    COUNT(*) AS request_count,
    SUM(total_tokens) AS total_tokens,
    SUM(total_cost_usd) AS total_cost_usd,
    AVG(duration_ms) AS avg_duration_ms,
    MIN(duration_ms) AS min_duration_ms,
    MAX(duration_ms) AS max_duration_ms,
    SUM(duration_ms::bigint * duration_ms)::bigint AS sum_duration_ms_squared,
    SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END) AS error_count,
    SUM(CASE WHEN status_code = 'OK' THEN 1 ELSE 0 END) AS success_count,
    SUM(prompt_tokens) AS total_prompt_tokens,
    SUM(completion_tokens) AS total_completion_tokens,
    AVG(prompt_tokens) AS avg_prompt_tokens,
    AVG(completion_tokens) AS avg_completion_tokens,
    SUM(prompt_cost_usd) AS total_prompt_cost,
    SUM(completion_cost_usd) AS total_completion_cost,
    AVG(duration_ms)::float8 AS p50_duration_ms,
    (AVG(duration_ms) + 1.645 * sqrt(greatest(SUM(duration_ms::bigint * duration_ms) / COUNT(*) - AVG(duration_ms) * AVG(duration_ms), 0)))::float8 AS p95_duration_ms,
    (AVG(duration_ms) + 2.326 * sqrt(greatest(SUM(duration_ms::bigint * duration_ms) / COUNT(*) - AVG(duration_ms) * AVG(duration_ms), 0)))::float8 AS p99_duration_ms
FROM llm_traces
GROUP BY 1, 2, 3, 4
WITH NO DATA;

CALL refresh_continuous_aggregate('llm_metrics_1min', NULL, NULL);
CALL refresh_continuous_aggregate('llm_metrics_1hour', NULL, NULL);
COMMENT ON VIEW llm_metrics_1min IS 'Rollups per minute';
SELECT add_continuous_aggregate_policy('llm_metrics_1min', start_offset => interval '1 hour', end_offset => interval '1 minute', schedule_interval => interval '30 seconds');
SELECT add_retention_policy('llm_metrics_1min', interval '37 days');
COMMENT ON VIEW llm_metrics_1hour IS 'Rollups per hour';
SELECT add_continuous_aggregate_policy('llm_metrics_1hour', start_offset => interval '1 day', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
SELECT add_retention_policy('llm_metrics_1hour', interval '210 days');
SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE proc_name LIKE 'policy_%' AND hypertable_name IS NOT NULL;

CREATE VIEW llm_percentiles_approximate AS
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
    ) AS approx_p50_duration_ms,
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

COMMENT ON VIEW llm_percentiles_approximate IS 'Fast approximate percentiles from 1-min aggregates. Good for historical dashboards.';
