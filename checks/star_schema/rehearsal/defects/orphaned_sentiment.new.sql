-- The tables were filled without foreign keys, and a fact was deleted without its sentiment.

ALTER TABLE brand_sentiment DROP CONSTRAINT brand_sentiment_metric_fact_id_fkey;

INSERT INTO brand_sentiment (metric_fact_id, sentiment_label, sentiment_score) VALUES (-1, 'NEUTRAL', 0);
