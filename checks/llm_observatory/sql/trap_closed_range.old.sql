SELECT SUM(request_count)::bigint AS calls
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
