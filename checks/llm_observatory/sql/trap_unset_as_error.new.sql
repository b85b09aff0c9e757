SELECT provider, model, SUM(error_count)::bigint AS errors
FROM llm_error_summary
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
