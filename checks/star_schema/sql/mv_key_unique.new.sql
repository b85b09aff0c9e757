-- The key of the view's unique index leaves customer_id out: such a day makes the refresh fail, and the view stays old.
SELECT f.brand_id, f.collector_type, (f.processed_at AT TIME ZONE 'UTC')::date AS metric_date, COUNT(DISTINCT f.customer_id) AS customers
FROM metric_facts AS f
GROUP BY 1, 2, 3
HAVING COUNT(DISTINCT f.customer_id) > 1
UNION ALL
SELECT v.brand_id, v.collector_type, v.metric_date, COUNT(*) AS customers
FROM mv_brand_daily_metrics AS v
GROUP BY 1, 2, 3
HAVING COUNT(*) > 1
