SELECT 'llm_metrics_1min' AS view, date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code, NULL::text AS environment,
    AVG(duration_ms) AS avg_duration_ms
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('minute', ts, 'UTC'), provider, model, status_code
UNION ALL
SELECT 'llm_metrics_1hour' AS view, date_trunc('hour', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, environment,
    AVG(duration_ms) AS avg_duration_ms
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
UNION ALL
SELECT 'llm_metrics_1day' AS view, date_trunc('day', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    AVG(duration_ms) AS avg_duration_ms
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('day', ts, 'UTC'), provider, model
UNION ALL
SELECT 'llm_error_summary' AS view, date_trunc('hour', ts, 'UTC') AS bucket, provider, model, status_code, environment,
    AVG(duration_ms) AS avg_duration_ms
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND status_code <> 'OK'
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, status_code, environment
