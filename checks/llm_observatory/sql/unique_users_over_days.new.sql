SELECT provider, model, SUM(unique_users)::bigint AS users
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
GROUP BY provider, model
HAVING SUM(unique_users) > 0
