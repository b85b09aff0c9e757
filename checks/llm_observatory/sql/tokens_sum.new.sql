SELECT 'llm_metrics_1min' AS view, bucket, provider, model, status_code, NULL::text AS environment,
    total_tokens
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1hour' AS view, bucket, provider, model, NULL::text AS status_code, environment,
    total_tokens
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
UNION ALL
SELECT 'llm_metrics_1day' AS view, bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    total_tokens
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
