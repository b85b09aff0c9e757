-- Facts say when they were written instead of when the answer was collected.

UPDATE metric_facts SET created_at = TIMESTAMPTZ '2026-02-02 12:00:00+00' WHERE id IN (SELECT id FROM metric_facts WHERE collector_result_id < 1000000000 ORDER BY id OFFSET 100 LIMIT 100);

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
