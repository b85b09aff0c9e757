-- The view cuts days in the zone of the session that refreshes it, here New York.

DROP MATERIALIZED VIEW mv_brand_daily_metrics;

SET TIME ZONE 'America/New_York';

CREATE MATERIALIZED VIEW mv_brand_daily_metrics AS
SELECT
    f.brand_id,
    f.customer_id,
    f.collector_type,
    date(f.processed_at) AS metric_date,
    avg(m.visibility_index) AS avg_visibility,
    stddev(m.visibility_index) AS stddev_visibility,
    avg(m.share_of_answers) AS avg_share,
    stddev(m.share_of_answers) AS stddev_share,
    count(*) FILTER (WHERE m.has_brand_presence) AS presence_count,
    count(*) AS total_responses,
    avg(s.sentiment_score) AS avg_sentiment,
    stddev(s.sentiment_score) AS stddev_sentiment,
    count(*) FILTER (WHERE s.sentiment_label = 'POSITIVE') AS positive_count,
    count(*) FILTER (WHERE s.sentiment_label = 'NEGATIVE') AS negative_count,
    count(*) FILTER (WHERE s.sentiment_label = 'NEUTRAL') AS neutral_count,
    min(f.processed_at) AS first_response,
    max(f.processed_at) AS last_response,
    max(f.created_at) AS last_updated
FROM metric_facts AS f
LEFT JOIN brand_metrics AS m ON m.metric_fact_id = f.id
LEFT JOIN brand_sentiment AS s ON s.metric_fact_id = f.id
GROUP BY f.brand_id, f.customer_id, f.collector_type, date(f.processed_at);

CREATE UNIQUE INDEX idx_mv_brand_daily_metrics_lookup
    ON mv_brand_daily_metrics (brand_id, collector_type, metric_date);

SET TIME ZONE 'UTC';
