-- The script carries a sentiment over only when both label and score are there, where either was agreed.

DELETE FROM brand_sentiment WHERE sentiment_label IS NULL OR sentiment_score IS NULL;

DELETE FROM competitor_sentiment WHERE sentiment_label IS NULL OR sentiment_score IS NULL;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
