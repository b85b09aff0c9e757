SELECT date_trunc('day', ts, 'UTC') AS bucket, provider, model,
    COUNT(*) AS request_count
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('day', ts, 'UTC'), provider, model
