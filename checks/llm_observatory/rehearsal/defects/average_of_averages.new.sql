-- The hourly view was built on the minute view with AVG(avg_duration_ms), which weighs a quiet minute like a
-- busy one.

UPDATE llm_metrics_1hour AS h SET avg_duration_ms = wrong.average
FROM (SELECT bucket, provider, model, environment, AVG(average) AS average
    FROM (SELECT date_trunc('hour', ts, 'UTC') AS bucket, date_trunc('minute', ts, 'UTC') AS minute, provider, model, environment, status_code,
            AVG(duration_ms) AS average
        FROM llm_traces GROUP BY 1, 2, 3, 4, 5, 6) AS minutes
    GROUP BY 1, 2, 3, 4) AS wrong
WHERE h.bucket = wrong.bucket AND h.provider = wrong.provider AND h.model = wrong.model
    AND h.environment IS NOT DISTINCT FROM wrong.environment;
