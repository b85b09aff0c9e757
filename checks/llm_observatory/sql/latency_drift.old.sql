SELECT bucket, provider, model, status_code, duration_ms
FROM (
    SELECT date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code, duration_ms,
        COUNT(*) OVER (PARTITION BY date_trunc('minute', ts, 'UTC'), provider, model, status_code) AS n
    FROM llm_traces
    WHERE ts >= {{ from }} AND ts < {{ to }}
) AS counted
WHERE n >= {{ min_calls }}
