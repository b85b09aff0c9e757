SELECT SUM(request_count)::bigint AS calls
FROM llm_metrics_1hour
WHERE bucket BETWEEN {{ from }} AND {{ to }}
