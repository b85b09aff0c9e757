SELECT date_trunc('day', ts, 'UTC') AS day, COUNT(*) AS calls
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY 1
