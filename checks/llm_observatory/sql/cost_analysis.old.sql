SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment,
    COUNT(*) AS request_count, SUM(total_cost_usd) AS total_cost, SUM(prompt_cost_usd) AS prompt_cost,
    SUM(completion_cost_usd) AS completion_cost, SUM(total_tokens) AS tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
