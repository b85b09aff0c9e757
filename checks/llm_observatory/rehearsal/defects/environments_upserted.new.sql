-- The key of llm_metrics is (ts, metric_name, provider, model): an upsert made one row of two environments.

DELETE FROM llm_metrics AS gone USING llm_metrics AS kept
WHERE gone.environment = 'staging' AND kept.environment = 'production' AND gone.metric_name = kept.metric_name
    AND gone.provider = kept.provider AND gone.model = kept.model
    AND date_trunc('hour', gone.ts, 'UTC') = date_trunc('hour', kept.ts, 'UTC');
DELETE FROM llm_metrics WHERE environment = 'staging' AND ts < '2026-01-06 00:00:00+00';
