SELECT
    e.brand_id, e.collector_type, (e.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    AVG(e.sentiment_score) FILTER (
        WHERE CASE {{ sentiment_rule }}
            WHEN 'either' THEN e.sentiment_label IS NOT NULL OR e.sentiment_score IS NOT NULL
            WHEN 'both' THEN e.sentiment_label IS NOT NULL AND e.sentiment_score IS NOT NULL
        END
    ) AS avg_sentiment
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND (e.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (e.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
GROUP BY 1, 2, 3
