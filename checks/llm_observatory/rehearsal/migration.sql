-- Fills the aggregates from the raw spans, correctly, and again after changes.

TRUNCATE llm_metrics_1min;
INSERT INTO llm_metrics_1min
SELECT
    date_trunc('minute', ts, 'UTC') AS bucket,
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
GROUP BY 1, 2, 3, 4;

TRUNCATE llm_metrics_1hour;
INSERT INTO llm_metrics_1hour
SELECT
    date_trunc('hour', ts, 'UTC') AS bucket,
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
GROUP BY 1, 2, 3, 4;

TRUNCATE llm_metrics_1day;
INSERT INTO llm_metrics_1day
SELECT
    date_trunc('day', ts, 'UTC') AS bucket,
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
GROUP BY 1, 2, 3;

TRUNCATE llm_error_summary;
INSERT INTO llm_error_summary
SELECT
    date_trunc('hour', ts, 'UTC') AS bucket,
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
GROUP BY 1, 2, 3, 4, 5;

-- A counter per hour. Its primary key lacks the environment, so a writer has to keep environments apart by their timestamps.
DELETE FROM llm_metrics;
INSERT INTO llm_metrics (ts, metric_name, metric_type, provider, model, environment, value)
SELECT date_trunc('hour', ts, 'UTC')
        + CASE environment WHEN 'production' THEN interval '0' WHEN 'staging' THEN interval '1 ms' ELSE interval '2 ms' END,
    'request_count', 'counter', provider, model, environment, COUNT(*)
FROM llm_traces
GROUP BY 1, provider, model, environment;
