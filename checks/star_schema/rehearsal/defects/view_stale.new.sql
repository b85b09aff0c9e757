-- The backfill calls a refresh function of another name: the view still holds what it held on the 25th.

DROP MATERIALIZED VIEW mv_brand_daily_metrics;

CREATE MATERIALIZED VIEW mv_brand_daily_metrics AS
SELECT
    f.brand_id,
    f.customer_id,
    f.collector_type,
    (f.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
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
WHERE f.created_at < TIMESTAMPTZ '2026-01-25 00:00:00+00'
GROUP BY f.brand_id, f.customer_id, f.collector_type, (f.processed_at AT TIME ZONE 'UTC')::date;

CREATE UNIQUE INDEX idx_mv_brand_daily_metrics_lookup
    ON mv_brand_daily_metrics (brand_id, collector_type, metric_date);
