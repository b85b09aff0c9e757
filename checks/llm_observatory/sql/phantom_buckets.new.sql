SELECT 'llm_metrics_1min' AS view, bucket, provider, model
FROM llm_metrics_1min AS stored
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT EXISTS (SELECT FROM llm_traces
        WHERE ts >= stored.bucket AND ts < stored.bucket + interval '1 minute'
            AND provider = stored.provider AND model = stored.model)
UNION ALL
SELECT 'llm_metrics_1hour' AS view, bucket, provider, model
FROM llm_metrics_1hour AS stored
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT EXISTS (SELECT FROM llm_traces
        WHERE ts >= stored.bucket AND ts < stored.bucket + interval '1 hour'
            AND provider = stored.provider AND model = stored.model)
UNION ALL
SELECT 'llm_metrics_1day' AS view, bucket, provider, model
FROM llm_metrics_1day AS stored
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT EXISTS (SELECT FROM llm_traces
        WHERE ts >= stored.bucket AND ts < stored.bucket + interval '1 day'
            AND provider = stored.provider AND model = stored.model)
UNION ALL
SELECT 'llm_error_summary' AS view, bucket, provider, model
FROM llm_error_summary AS stored
WHERE bucket >= {{ from }} AND bucket < {{ to }}
    AND NOT EXISTS (SELECT FROM llm_traces
        WHERE ts >= stored.bucket AND ts < stored.bucket + interval '1 hour'
            AND provider = stored.provider AND model = stored.model AND status_code <> 'OK')
