SELECT bucket, provider, model,
    request_count
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
