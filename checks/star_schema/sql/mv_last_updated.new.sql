SELECT MAX(v.last_updated) AS last_updated FROM mv_brand_daily_metrics AS v
