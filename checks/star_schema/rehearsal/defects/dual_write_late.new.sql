-- A queue held the new write back for twenty minutes.

UPDATE metric_facts SET processed_at = processed_at + interval '20 minutes'
WHERE processed_at >= TIMESTAMPTZ '2026-02-01 10:00:00+00' AND processed_at < TIMESTAMPTZ '2026-02-01 14:00:00+00';

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
