SELECT MAX(bucket) + interval '1 day' AS until
FROM llm_metrics_1day
WHERE bucket < {{ as_of }}
