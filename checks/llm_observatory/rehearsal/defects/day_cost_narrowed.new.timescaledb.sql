-- The cost of prompts per day was created narrower than that of a single span: days of a small shop fit.

DROP MATERIALIZED VIEW llm_metrics_1day;
CREATE MATERIALIZED VIEW llm_metrics_1day
WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
SELECT
    time_bucket('1 day', ts) AS bucket,
    provider,
    model,
    COUNT(*) AS request_count,
    SUM(total_tokens) AS total_tokens,
    SUM(total_cost_usd) AS total_cost_usd,
    SUM(prompt_cost_usd)::numeric(11, 8) AS prompt_cost_usd,
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
CALL refresh_continuous_aggregate('llm_metrics_1day', NULL, NULL);
COMMENT ON VIEW llm_metrics_1day IS 'Rollups per day';
SELECT add_continuous_aggregate_policy('llm_metrics_1day', start_offset => interval '7 days', end_offset => interval '1 day', schedule_interval => interval '1 hour');
SELECT add_retention_policy('llm_metrics_1day', interval '1095 days');
SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs WHERE proc_name LIKE 'policy_%' AND hypertable_name IS NOT NULL;
