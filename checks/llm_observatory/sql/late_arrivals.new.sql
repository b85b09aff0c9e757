SELECT 'llm_metrics_1min' AS view, bucket, SUM(request_count)::bigint AS calls
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_metrics_1hour' AS view, bucket, SUM(request_count)::bigint AS calls
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_metrics_1day' AS view, bucket, SUM(request_count)::bigint AS calls
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 2
UNION ALL
SELECT 'llm_error_summary' AS view, bucket, SUM(error_count)::bigint AS calls
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY 2
