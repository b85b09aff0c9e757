SELECT 'llm_metrics_1min' AS view, COUNT(*) AS stored
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
UNION ALL
SELECT 'llm_metrics_1hour' AS view, COUNT(*) AS stored
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
UNION ALL
SELECT 'llm_metrics_1day' AS view, COUNT(*) AS stored
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
UNION ALL
SELECT 'llm_error_summary' AS view, COUNT(*) AS stored
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }} AND status_code <> 'OK'
