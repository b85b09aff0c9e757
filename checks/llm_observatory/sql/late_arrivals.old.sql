SELECT 'llm_metrics_1min' AS view, date_trunc('minute', ts, 'UTC') AS bucket, COUNT(*) AS calls
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_metrics_1hour' AS view, date_trunc('hour', ts, 'UTC') AS bucket, COUNT(*) AS calls
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_metrics_1day' AS view, date_trunc('day', ts, 'UTC') AS bucket, COUNT(*) AS calls
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_error_summary' AS view, date_trunc('hour', ts, 'UTC') AS bucket, COUNT(*) AS calls
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND status_code <> 'OK'
GROUP BY 2
