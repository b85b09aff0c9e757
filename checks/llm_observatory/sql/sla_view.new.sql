SELECT bucket, provider, model,
    request_count, p95_duration_ms AS p95, p99_duration_ms AS p99,
    CASE p95_sla_2s WHEN 'PASS' THEN 1 ELSE 0 END AS p95_holds,
    CASE p99_sla_5s WHEN 'PASS' THEN 1 ELSE 0 END AS p99_holds,
    CASE error_rate_sla_1pct WHEN 'PASS' THEN 1 ELSE 0 END AS error_rate_holds
FROM llm_sla_monitoring
WHERE bucket >= {{ sla_from }} AND bucket < {{ sla_to }}
