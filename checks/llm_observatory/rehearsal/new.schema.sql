-- The four aggregates as tables, for PostgreSQL without TimescaleDB: the columns and types that the continuous aggregates
-- of migration 004 have, squares kept as bigint. migration.sql fills them by the same definitions.

CREATE TABLE llm_metrics_1min (
    bucket timestamptz,
    provider text,
    model text,
    status_code text,
    request_count bigint,
    total_tokens bigint,
    total_cost_usd numeric,
    avg_duration_ms numeric,
    min_duration_ms integer,
    max_duration_ms integer,
    sum_duration_ms_squared bigint,
    avg_prompt_tokens numeric,
    avg_completion_tokens numeric
);

CREATE TABLE llm_metrics_1hour (
    bucket timestamptz,
    provider text,
    model text,
    environment text,
    request_count bigint,
    total_tokens bigint,
    total_cost_usd numeric,
    avg_duration_ms numeric,
    min_duration_ms integer,
    max_duration_ms integer,
    sum_duration_ms_squared bigint,
    error_count bigint,
    success_count bigint,
    total_prompt_tokens bigint,
    total_completion_tokens bigint,
    avg_prompt_tokens numeric,
    avg_completion_tokens numeric,
    total_prompt_cost numeric,
    total_completion_cost numeric
);

CREATE TABLE llm_metrics_1day (
    bucket timestamptz,
    provider text,
    model text,
    request_count bigint,
    total_tokens bigint,
    total_cost_usd numeric,
    prompt_cost_usd numeric,
    completion_cost_usd numeric,
    avg_cost_per_request numeric,
    avg_duration_ms numeric,
    min_duration_ms integer,
    max_duration_ms integer,
    unique_users bigint,
    unique_sessions bigint,
    total_prompt_tokens bigint,
    total_completion_tokens bigint,
    avg_prompt_tokens numeric,
    avg_completion_tokens numeric
);

CREATE TABLE llm_error_summary (
    bucket timestamptz,
    provider text,
    model text,
    status_code text,
    environment text,
    error_count bigint,
    sample_error_message text,
    avg_duration_ms numeric,
    total_cost_usd numeric,
    affected_users bigint,
    affected_sessions bigint
);

COMMENT ON TABLE llm_metrics_1min IS 'Rollups per minute';
COMMENT ON TABLE llm_metrics_1hour IS 'Rollups per hour';
COMMENT ON TABLE llm_metrics_1day IS 'Rollups per day';
COMMENT ON TABLE llm_error_summary IS 'Spans per hour whose status is not OK';

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
    date_trunc('minute', ts, 'UTC') AS bucket,
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
    date_trunc('hour', ts, 'UTC') AS bucket,
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
    to_timestamp(floor(extract(epoch FROM ts) / 300) * 300) AS bucket,
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
