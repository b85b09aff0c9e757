SELECT bucket, provider, model,
    avg_cost_per_request
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
