SELECT date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code,
    COUNT(*) AS request_count
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('minute', ts, 'UTC'), provider, model, status_code
