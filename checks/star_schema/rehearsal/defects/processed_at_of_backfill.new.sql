-- The backfill stamped the facts of a day with its own time, and they moved to another day.

UPDATE metric_facts SET processed_at = TIMESTAMPTZ '2026-01-25 03:00:00+00'
WHERE processed_at >= TIMESTAMPTZ '2026-01-20 00:00:00+00' AND processed_at < TIMESTAMPTZ '2026-01-21 00:00:00+00';

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
