SELECT DISTINCT 'llm_metrics_1min' AS view, bucket
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT DISTINCT 'llm_metrics_1hour' AS view, bucket
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT DISTINCT 'llm_metrics_1day' AS view, bucket
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT DISTINCT 'llm_error_summary' AS view, bucket
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
