SELECT bucket, provider, model,
    unique_users, unique_sessions
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
