SELECT bucket, provider, model, status_code, environment,
    affected_users, affected_sessions
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
