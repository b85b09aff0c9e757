SELECT 'llm_metrics_1min' AS view, bucket, provider, model, status_code, NULL::text AS environment,
    sum_duration_ms_squared AS sum_squares
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1hour' AS view, bucket, provider, model, NULL::text AS status_code, environment,
    sum_duration_ms_squared AS sum_squares
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
