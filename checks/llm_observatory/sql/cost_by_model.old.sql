SELECT provider, model, SUM(total_cost_usd) AS total_cost, SUM(prompt_cost_usd) AS prompt_cost, SUM(completion_cost_usd) AS completion_cost
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY provider, model
