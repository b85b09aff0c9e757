-- The facts of a batch went in, the insert of their metrics failed on one bad row, and the second run skipped
-- the batch because its facts were there.

DELETE FROM brand_metrics
WHERE metric_fact_id IN (SELECT id FROM metric_facts WHERE collector_result_id < 1000000000 ORDER BY id OFFSET 100 LIMIT 100);

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
