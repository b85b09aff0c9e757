-- The primary key of llm_metrics lacks the environment: an upsert at the same instant makes one row of two.
WITH stored AS (
    SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment, SUM(value::numeric) AS calls
    FROM llm_metrics
    WHERE metric_name = 'request_count' AND metric_type = 'counter' AND ts >= {{ from }} AND ts < {{ to }}
    GROUP BY 1, 2, 3, 4
), raw AS (
    SELECT date_trunc('hour', ts, 'UTC') AS bucket, provider, model, environment, COUNT(*) AS calls
    FROM llm_traces
    WHERE ts >= {{ from }} AND ts < {{ to }}
    GROUP BY 1, 2, 3, 4
)
SELECT COALESCE(raw.bucket, stored.bucket) AS bucket, COALESCE(raw.provider, stored.provider) AS provider,
    COALESCE(raw.model, stored.model) AS model, COALESCE(raw.environment, stored.environment) AS environment,
    raw.calls AS raw_calls, stored.calls AS stored_calls
FROM raw
FULL JOIN stored ON raw.bucket = stored.bucket AND raw.provider = stored.provider AND raw.model = stored.model
    AND COALESCE(raw.environment, '') = COALESCE(stored.environment, '')
    AND (raw.environment IS NULL) = (stored.environment IS NULL)
WHERE raw.calls IS DISTINCT FROM stored.calls
    AND EXISTS (SELECT FROM stored AS any_of
        WHERE any_of.bucket = COALESCE(raw.bucket, stored.bucket) AND any_of.provider = COALESCE(raw.provider, stored.provider)
            AND any_of.model = COALESCE(raw.model, stored.model))
