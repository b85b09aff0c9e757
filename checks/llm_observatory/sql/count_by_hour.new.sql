SELECT bucket, provider, model, environment,
    request_count
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
