SELECT bucket, provider, model, status_code, environment,
    error_count
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
