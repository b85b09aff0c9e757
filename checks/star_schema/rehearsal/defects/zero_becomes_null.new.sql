-- The service writes `value || null`: a visibility of zero is stored as NULL, leaves the average and inflates
-- it.

UPDATE brand_metrics SET visibility_index = NULL WHERE visibility_index = 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
