SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment,
    COUNT(*) AS request_count
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
