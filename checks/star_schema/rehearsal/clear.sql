-- Takes away all that a rehearsal makes.
DROP MATERIALIZED VIEW IF EXISTS mv_brand_daily_metrics;
DROP TABLE IF EXISTS competitor_sentiment, brand_sentiment, competitor_metrics, brand_metrics, metric_facts;
DROP TABLE IF EXISTS extracted_positions, collector_results, generated_queries, brand_competitors, brands, customers;
