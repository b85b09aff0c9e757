-- The old table was converted to scores of 0..100 for one brand only, and the copy is faithful: both sides
-- agree, and both are wrong.

UPDATE brand_sentiment AS s
SET sentiment_score = round((s.sentiment_score + 1) / 2 * 100, 2)
FROM metric_facts AS f
JOIN brands AS b ON b.id = f.brand_id
WHERE f.id = s.metric_fact_id AND b.name = 'Brand 3';

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
