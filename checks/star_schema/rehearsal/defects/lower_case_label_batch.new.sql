-- One label in lower case violated the CHECK, and the sentiments of its whole batch were never inserted.

DELETE FROM brand_sentiment
WHERE metric_fact_id IN (SELECT id FROM metric_facts WHERE collector_result_id < 1000000000 ORDER BY id OFFSET 100 LIMIT 100);

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
