SELECT 'llm_metrics_1min' AS view, date_trunc('minute', ts, 'UTC') AS bucket, provider, model, status_code, NULL::text AS environment,
    SUM(duration_ms::numeric * duration_ms) AS sum_squares
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('minute', ts, 'UTC'), provider, model, status_code
UNION ALL
SELECT 'llm_metrics_1hour' AS view, date_trunc('hour', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, environment,
    SUM(duration_ms::numeric * duration_ms) AS sum_squares
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
