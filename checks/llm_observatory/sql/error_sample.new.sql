SELECT bucket, provider, model, status_code, environment,
    sample_error_message
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
