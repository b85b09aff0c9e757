-- The backfill ended a day in local time: one brand lost a day.

DELETE FROM metric_facts AS f
USING brands AS b
WHERE b.id = f.brand_id AND b.name = 'Brand 7'
    AND f.processed_at >= TIMESTAMPTZ '2026-01-12 00:00:00+00' AND f.processed_at < TIMESTAMPTZ '2026-01-13 00:00:00+00';

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
