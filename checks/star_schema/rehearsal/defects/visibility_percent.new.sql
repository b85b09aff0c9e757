-- One service writes visibility as 0..100 where the table has 0..1.

UPDATE brand_metrics AS m
SET visibility_index = m.visibility_index * 100
FROM metric_facts AS f
JOIN brands AS b ON b.id = f.brand_id
WHERE f.id = m.metric_fact_id AND b.name = 'Brand 3' AND m.visibility_index > 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
