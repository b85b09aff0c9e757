-- The daily view was built by adding up the users of each hour: a user of two hours counts twice.

UPDATE llm_metrics_1day AS d SET unique_users = wrong.users
FROM (SELECT date_trunc('day', hour, 'UTC') AS bucket, provider, model, SUM(users) AS users
    FROM (SELECT date_trunc('hour', ts, 'UTC') AS hour, provider, model, COUNT(DISTINCT user_id) AS users FROM llm_traces GROUP BY 1, 2, 3) AS hours
    GROUP BY 1, 2, 3) AS wrong
WHERE d.bucket = wrong.bucket AND d.provider = wrong.provider AND d.model = wrong.model;
