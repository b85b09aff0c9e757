SELECT MAX(bucket) + interval '1 hour' AS until
FROM llm_metrics_1hour
WHERE bucket < {{ as_of }}
