-- A sentiment without a label is carried over when its score is truthy, and a score of zero is not.

DELETE FROM brand_sentiment WHERE sentiment_label IS NULL AND sentiment_score = 0;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
