-- The service writes `value || 0`: a share that is not known is stored as zero and sinks the average.

UPDATE brand_metrics SET share_of_answers = 0 WHERE share_of_answers IS NULL;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
