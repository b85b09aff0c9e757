SELECT provider, model, SUM(error_count)::bigint AS errors
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
HAVING SUM(error_count) > 0
