SELECT date_trunc('day', bucket, 'UTC') AS bucket, provider, model,
    SUM(request_count)::bigint AS request_count, SUM(total_tokens)::bigint AS total_tokens, SUM(total_cost_usd) AS total_cost_usd,
    MIN(min_duration_ms) AS min_duration_ms, MAX(max_duration_ms) AS max_duration_ms,
    SUM(total_prompt_tokens)::bigint AS prompt_tokens, SUM(total_completion_tokens)::bigint AS completion_tokens
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 1, 2, 3
