SELECT bucket, provider, model, status_code,
    request_count
FROM llm_metrics_1min
WHERE bucket >= {{ from }} AND bucket < {{ to }}
