SELECT bucket, provider, model, environment,
    error_count::numeric / NULLIF(request_count, 0) AS error_rate
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
