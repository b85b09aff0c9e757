-- The new write fails without stopping the old one.

DELETE FROM metric_facts WHERE collector_result_id > 1000000000 AND collector_result_id % 10 = 3;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
