-- cost_analysis_hourly was dropped, and the hourly view that replaces it was filled without the environment.

TRUNCATE llm_metrics_1hour;
INSERT INTO llm_metrics_1hour
SELECT
    date_trunc('hour', ts, 'UTC') AS bucket,
    provider,
    model,
    NULL,
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
GROUP BY 1, 2, 3;
