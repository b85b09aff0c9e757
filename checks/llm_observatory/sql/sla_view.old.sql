SELECT to_timestamp(floor(extract(epoch FROM ts) / 300) * 300) AS bucket, provider, model,
    COUNT(*) AS request_count, PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) AS p95, PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) AS p99,
    CASE WHEN PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY duration_ms) < 2000 THEN 1 ELSE 0 END AS p95_holds,
    CASE WHEN PERCENTILE_CONT(0.99) WITHIN GROUP (ORDER BY duration_ms) < 5000 THEN 1 ELSE 0 END AS p99_holds,
    CASE WHEN COUNT(*) FILTER (WHERE status_code = 'ERROR') < 0.01 * COUNT(*) THEN 1 ELSE 0 END AS error_rate_holds
FROM llm_traces
WHERE ts >= {{ sla_from }} AND ts < {{ sla_to }}
GROUP BY 1, provider, model
