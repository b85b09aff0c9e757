SELECT MAX(bucket) + interval '1 minute' AS until
FROM llm_metrics_1min
WHERE bucket < {{ as_of }}
