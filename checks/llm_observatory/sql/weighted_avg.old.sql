SELECT provider, model, AVG(duration_ms) AS avg_duration_ms
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY provider, model
