-- Hypertables, continuous aggregates and policies on TimescaleDB, as migrations 002, 004 and 005 mean them: without data at
-- first, because a continuous aggregate is not filled inside a transaction, and squares as bigint. The jobs are created but not
-- scheduled: the rehearsal's data is older than the retention, and would be dropped.

SELECT create_hypertable('llm_traces', 'ts', chunk_time_interval => interval '1 day', migrate_data => true);
SELECT create_hypertable('llm_metrics', 'ts', chunk_time_interval => interval '1 hour', migrate_data => true);
SELECT create_hypertable('llm_logs', 'ts', chunk_time_interval => interval '1 day', migrate_data => true);

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
    AVG(completion_tokens) AS avg_completion_tokens
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
    SUM(completion_cost_usd) AS total_completion_cost
FROM llm_traces
GROUP BY 1, 2, 3, 4
WITH NO DATA;

CREATE MATERIALIZED VIEW llm_metrics_1day
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT
    time_bucket('1 day', ts) AS bucket,
    provider,
    model,
    COUNT(*) AS request_count,
    SUM(total_tokens) AS total_tokens,
    SUM(total_cost_usd) AS total_cost_usd,
    SUM(prompt_cost_usd) AS prompt_cost_usd,
    SUM(completion_cost_usd) AS completion_cost_usd,
    AVG(total_cost_usd) AS avg_cost_per_request,
    AVG(duration_ms) AS avg_duration_ms,
    MIN(duration_ms) AS min_duration_ms,
    MAX(duration_ms) AS max_duration_ms,
    COUNT(DISTINCT user_id) AS unique_users,
    COUNT(DISTINCT session_id) AS unique_sessions,
    SUM(prompt_tokens) AS total_prompt_tokens,
    SUM(completion_tokens) AS total_completion_tokens,
    AVG(prompt_tokens) AS avg_prompt_tokens,
    AVG(completion_tokens) AS avg_completion_tokens
FROM llm_traces
GROUP BY 1, 2, 3
WITH NO DATA;

CREATE MATERIALIZED VIEW llm_error_summary
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT
    time_bucket('1 hour', ts) AS bucket,
    provider,
    model,
    status_code,
    environment,
    COUNT(*) AS error_count,
    MIN(error_message) AS sample_error_message,
    AVG(duration_ms) AS avg_duration_ms,
    SUM(total_cost_usd) AS total_cost_usd,
    COUNT(DISTINCT user_id) AS affected_users,
    COUNT(DISTINCT session_id) AS affected_sessions
FROM llm_traces
WHERE status_code != 'OK'
GROUP BY 1, 2, 3, 4, 5
WITH NO DATA;

COMMENT ON VIEW llm_metrics_1min IS 'Rollups per minute';
COMMENT ON VIEW llm_metrics_1hour IS 'Rollups per hour';
COMMENT ON VIEW llm_metrics_1day IS 'Rollups per day';
COMMENT ON VIEW llm_error_summary IS 'Spans per hour whose status is not OK';

-- The views and the function of percentile_queries.sql.

CREATE FUNCTION approximate_percentile(
    avg_value DOUBLE PRECISION,
    stddev_value DOUBLE PRECISION,
    percentile DOUBLE PRECISION
) RETURNS DOUBLE PRECISION AS $$
BEGIN
    RETURN CASE
        WHEN percentile = 0.50 THEN avg_value
        WHEN percentile = 0.75 THEN avg_value + (0.674 * stddev_value)
        WHEN percentile = 0.90 THEN avg_value + (1.282 * stddev_value)
        WHEN percentile = 0.95 THEN avg_value + (1.645 * stddev_value)
        WHEN percentile = 0.99 THEN avg_value + (2.326 * stddev_value)
        ELSE avg_value
    END;
END;
$$ LANGUAGE plpgsql IMMUTABLE;

COMMENT ON FUNCTION approximate_percentile IS 'Approximate percentile calculation from mean and stddev (assumes normal distribution)';

CREATE VIEW llm_percentiles_realtime AS
SELECT
    time_bucket('1 minute', ts) AS bucket,
    provider,
    model,
    status_code,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50_duration_ms,
    PERCENTILE_CONT(0.90) WITHIN GROUP (ORDER BY duration_ms) AS p90_duration_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    AVG(duration_ms) AS avg_duration_ms,
    MIN(duration_ms) AS min_duration_ms,
    MAX(duration_ms) AS max_duration_ms,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY ttft_ms) AS p50_ttft_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY ttft_ms) AS p95_ttft_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY ttft_ms) AS p99_ttft_ms,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY total_tokens) AS p50_tokens,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_tokens) AS p95_tokens,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY total_cost_usd) AS p50_cost_usd,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_cost_usd) AS p95_cost_usd
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '15 minutes'
    AND status_code = 'OK'
GROUP BY bucket, provider, model, status_code;

COMMENT ON VIEW llm_percentiles_realtime IS 'Real-time percentiles for the last 15 minutes. Queries raw data directly.';

CREATE VIEW llm_percentiles_hourly AS
SELECT
    time_bucket('1 hour', ts) AS bucket,
    provider,
    model,
    environment,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.50) WITHIN GROUP (ORDER BY duration_ms) AS p50_duration_ms,
    PERCENTILE_CONT(0.90) WITHIN GROUP (ORDER BY duration_ms) AS p90_duration_ms,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    AVG(duration_ms) AS avg_duration_ms,
    SUM(total_cost_usd) AS total_cost_usd,
    AVG(total_cost_usd) AS avg_cost_usd,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_cost_usd) AS p95_cost_usd,
    SUM(total_tokens) AS total_tokens,
    AVG(total_tokens) AS avg_tokens,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total_tokens) AS p95_tokens,
    SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) AS error_rate
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '24 hours'
GROUP BY bucket, provider, model, environment;

COMMENT ON VIEW llm_percentiles_hourly IS 'Hourly percentiles for the last 24 hours. Queries raw data directly.';

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

CREATE VIEW llm_sla_monitoring AS
SELECT
    time_bucket('5 minutes', ts) AS bucket,
    provider,
    model,
    COUNT(*) AS request_count,
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95_duration_ms,
    PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99_duration_ms,
    CASE
        WHEN PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) < 2000 THEN 'PASS'
        ELSE 'FAIL'
    END AS p95_sla_2s,
    CASE
        WHEN PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) < 5000 THEN 'PASS'
        ELSE 'FAIL'
    END AS p99_sla_5s,
    SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) AS error_rate,
    CASE
        WHEN SUM(CASE WHEN status_code = 'ERROR' THEN 1 ELSE 0 END)::FLOAT / COUNT(*) < 0.01 THEN 'PASS'
        ELSE 'FAIL'
    END AS error_rate_sla_1pct
FROM llm_traces
WHERE ts >= NOW() - INTERVAL '1 hour'
GROUP BY bucket, provider, model
ORDER BY bucket DESC;

COMMENT ON VIEW llm_sla_monitoring IS 'SLA monitoring with percentile-based targets. Adjust thresholds as needed.';

SELECT add_continuous_aggregate_policy('llm_metrics_1min', start_offset => interval '1 hour', end_offset => interval '1 minute', schedule_interval => interval '30 seconds');
SELECT add_continuous_aggregate_policy('llm_metrics_1hour', start_offset => interval '1 day', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
SELECT add_continuous_aggregate_policy('llm_metrics_1day', start_offset => interval '7 days', end_offset => interval '1 day', schedule_interval => interval '1 hour');
SELECT add_continuous_aggregate_policy('llm_error_summary', start_offset => interval '1 day', end_offset => interval '1 hour', schedule_interval => interval '5 minutes');
ALTER TABLE llm_traces SET (timescaledb.compress, timescaledb.compress_segmentby = 'provider, model', timescaledb.compress_orderby = 'ts DESC');
SELECT add_compression_policy('llm_traces', interval '7 days');
ALTER TABLE llm_metrics SET (timescaledb.compress, timescaledb.compress_segmentby = 'provider, model, metric_name', timescaledb.compress_orderby = 'ts DESC');
SELECT add_compression_policy('llm_metrics', interval '7 days');
ALTER TABLE llm_logs SET (timescaledb.compress, timescaledb.compress_segmentby = 'provider, log_level', timescaledb.compress_orderby = 'ts DESC');
SELECT add_compression_policy('llm_logs', interval '7 days');
SELECT add_retention_policy('llm_traces', interval '90 days');
SELECT add_retention_policy('llm_metrics', interval '37 days');
SELECT add_retention_policy('llm_logs', interval '37 days');
SELECT add_retention_policy('llm_metrics_1min', interval '37 days');
SELECT add_retention_policy('llm_metrics_1hour', interval '210 days');
SELECT add_retention_policy('llm_metrics_1day', interval '1095 days');
SELECT add_retention_policy('llm_error_summary', interval '210 days');
SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE proc_name LIKE 'policy_%' AND hypertable_name IS NOT NULL;
