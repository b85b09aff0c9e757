SELECT date_trunc('day', ts, 'UTC') AS bucket, provider, model,
    AVG(total_cost_usd) AS avg_cost_per_request
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('day', ts, 'UTC'), provider, model
