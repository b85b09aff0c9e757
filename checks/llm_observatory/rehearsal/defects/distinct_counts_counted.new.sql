-- The number of different daily counts was taken for the number of users: COUNT(DISTINCT unique_users).

UPDATE llm_metrics_1day SET unique_users = 1;
