-- The daily view was filled with date_trunc in a session in New York: its days begin at 05:00 UTC.

TRUNCATE llm_metrics_1day;
INSERT INTO llm_metrics_1day
SELECT
    date_trunc('day', ts, 'America/New_York') AS bucket,
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
