-- Labels were computed again from the scores, with other bounds.

UPDATE brand_sentiment SET sentiment_label = 'POSITIVE' WHERE sentiment_label = 'NEUTRAL' AND sentiment_score > 0.1;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
