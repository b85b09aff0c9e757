SELECT model, p50, p95, p99
FROM model_latency
WHERE NOT (p50 <= p95 AND p95 <= p99)
