SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, status_code, environment,
    MIN(error_message) AS sample_error_message
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND status_code <> 'OK'
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, status_code, environment
