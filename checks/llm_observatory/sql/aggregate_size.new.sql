SELECT 'llm_metrics_1min' AS view, COUNT(*) AS stored
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1hour' AS view, COUNT(*) AS stored
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1day' AS view, COUNT(*) AS stored
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_error_summary' AS view, COUNT(*) AS stored
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
