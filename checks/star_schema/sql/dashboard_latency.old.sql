-- Thirty days of one brand, as the dashboard computes them from rows.
SELECT
    e.collector_type, (e.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    AVG(e.visibility_index) AS avg_visibility, AVG(e.share_of_answers_brand) AS avg_share,
    AVG(e.sentiment_score) AS avg_sentiment,
    COUNT(*) FILTER (WHERE e.has_brand_presence) AS presence_count, COUNT(*) AS total_responses
FROM extracted_positions AS e
WHERE e.brand_id = (SELECT id FROM brands ORDER BY id LIMIT 1)
    AND e.competitor_name IS NULL
    AND e.processed_at >= {{ to }} - interval '30 days' AND e.processed_at < {{ to }}
GROUP BY 1, 2
