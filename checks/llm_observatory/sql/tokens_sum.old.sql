SELECT 'llm_metrics_1min' AS view, date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code, NULL::text AS environment,
    SUM(total_tokens) AS total_tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('minute', ts, 'UTC'), provider, model, status_code
UNION ALL
SELECT 'llm_metrics_1hour' AS view, date_trunc('hour', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, environment,
    SUM(total_tokens) AS total_tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
UNION ALL
SELECT 'llm_metrics_1day' AS view, date_trunc('day', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    SUM(total_tokens) AS total_tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('day', ts, 'UTC'), provider, model
