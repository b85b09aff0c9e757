SELECT SUM(unique_users)::bigint AS users
FROM llm_metrics_1day
WHERE bucket >= {{ from }} AND bucket < {{ to }}
