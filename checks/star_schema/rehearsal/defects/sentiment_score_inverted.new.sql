-- The scores of one brand changed their sign.

UPDATE brand_sentiment AS s
SET sentiment_score = -s.sentiment_score
FROM metric_facts AS f
JOIN brands AS b ON b.id = f.brand_id
WHERE f.id = s.metric_fact_id AND b.name = 'Brand 3' AND s.sentiment_score <> 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
