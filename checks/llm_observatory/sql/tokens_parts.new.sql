SELECT 'llm_metrics_1hour' AS view, bucket, provider, model, NULL::text AS status_code, environment,
    total_prompt_tokens AS prompt_tokens, total_completion_tokens AS completion_tokens
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1day' AS view, bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    total_prompt_tokens AS prompt_tokens, total_completion_tokens AS completion_tokens
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
