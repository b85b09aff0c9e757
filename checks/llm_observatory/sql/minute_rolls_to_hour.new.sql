SELECT bucket, provider, model,
    SUM(request_count)::bigint AS request_count, SUM(total_tokens)::bigint AS total_tokens, SUM(total_cost_usd) AS total_cost_usd,
    MIN(min_duration_ms) AS min_duration_ms, MAX(max_duration_ms) AS max_duration_ms,
    SUM(sum_duration_ms_squared)::numeric AS sum_squares
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 1, 2, 3
