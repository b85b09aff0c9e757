-- The share of answers is rounded to whole percents on the way.

UPDATE brand_metrics SET share_of_answers = round(share_of_answers) WHERE share_of_answers <> round(share_of_answers);

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
