-- The backfill reads the old table in pages of 500 rows. Of an answer that straddles two pages, neither half is
-- taken: one seems to have no brand row, the other is seen as already migrated.

WITH paged AS (
    SELECT
        e.collector_result_id, e.brand_id, e.competitor_name,
        (row_number() OVER (ORDER BY e.collector_result_id, e.id) - 1) / 500 AS page
    FROM extracted_positions AS e
    WHERE e.collector_result_id < 1000000000
)
DELETE FROM metric_facts
WHERE collector_result_id IN (SELECT collector_result_id FROM paged GROUP BY collector_result_id HAVING min(page) < max(page));

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
