SELECT provider, model, COUNT(DISTINCT user_id) AS users
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND user_id IS NOT NULL
GROUP BY provider, model
