-- Scoring ran again and updated the metrics only; the old table keeps the first version.

UPDATE brand_metrics SET visibility_index = visibility_index + 0.01 WHERE visibility_index > 0 AND metric_fact_id % 100 = 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
