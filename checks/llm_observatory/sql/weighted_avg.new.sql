SELECT provider, model, SUM(avg_duration_ms * request_count) / SUM(request_count) AS avg_duration_ms
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
