SELECT provider, model, AVG(avg_duration_ms) AS avg_duration_ms
FROM llm_metrics_1hour
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
