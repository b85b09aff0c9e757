SELECT 'llm_metrics_1hour' AS view, bucket, provider, model, NULL::text AS status_code, environment,
    total_prompt_cost AS prompt_cost, total_completion_cost AS completion_cost
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1day' AS view, bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    prompt_cost_usd AS prompt_cost, completion_cost_usd AS completion_cost
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
