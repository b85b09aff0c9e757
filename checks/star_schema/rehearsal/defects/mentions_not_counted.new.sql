-- Mentions were left out of some inserts, and the column's default is 0.

UPDATE brand_metrics SET total_brand_mentions = 0 WHERE total_brand_mentions > 0 AND metric_fact_id % 10 = 0;
