SELECT 'llm_metrics_1hour' AS view, bucket, provider, model, environment, total_prompt_cost, total_completion_cost, total_cost_usd
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }} AND abs(total_prompt_cost + total_completion_cost - total_cost_usd) > 0.00000001
UNION ALL
SELECT 'llm_metrics_1day', bucket, provider, model, NULL::text, prompt_cost_usd, completion_cost_usd, total_cost_usd
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }} AND abs(prompt_cost_usd + completion_cost_usd - total_cost_usd) > 0.00000001
