SELECT provider, model, SUM(total_cost_usd) AS total_cost, SUM(prompt_cost_usd) AS prompt_cost, SUM(completion_cost_usd) AS completion_cost
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
