SELECT bucket, provider, model, environment,
    request_count, total_cost_usd AS total_cost, total_prompt_cost AS prompt_cost,
    total_completion_cost AS completion_cost, total_tokens AS tokens
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
