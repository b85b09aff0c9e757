SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, status_code, environment,
    COUNT(DISTINCT user_id) AS affected_users, COUNT(DISTINCT session_id) AS affected_sessions
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND status_code <> 'OK'
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, status_code, environment
