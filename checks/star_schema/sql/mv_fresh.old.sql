-- What the view would hold if it were refreshed now.
SELECT
    f.brand_id, f.customer_id, f.collector_type, (f.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    AVG(m.visibility_index) AS avg_visibility,
    AVG(m.share_of_answers) AS avg_share,
    AVG(s.sentiment_score) AS avg_sentiment,
    COUNT(*) FILTER (WHERE m.has_brand_presence) AS presence_count,
    COUNT(*) AS total_responses,
    COUNT(*) FILTER (WHERE s.sentiment_label = 'POSITIVE') AS positive_count,
    COUNT(*) FILTER (WHERE s.sentiment_label = 'NEGATIVE') AS negative_count,
    COUNT(*) FILTER (WHERE s.sentiment_label = 'NEUTRAL') AS neutral_count,
    MIN(f.processed_at) AS first_response,
    MAX(f.processed_at) AS last_response
FROM metric_facts AS f
LEFT JOIN brand_metrics AS m ON m.metric_fact_id = f.id
LEFT JOIN brand_sentiment AS s ON s.metric_fact_id = f.id
WHERE (f.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (f.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
GROUP BY 1, 2, 3, 4
