SELECT
    e.brand_id, e.collector_type, (e.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    COUNT(*) FILTER (WHERE upper(e.sentiment_label) = 'POSITIVE') AS positive_count,
    COUNT(*) FILTER (WHERE upper(e.sentiment_label) = 'NEGATIVE') AS negative_count,
    COUNT(*) FILTER (WHERE upper(e.sentiment_label) = 'NEUTRAL') AS neutral_count
FROM (
    SELECT
        brand_id, collector_type, processed_at,
        CASE WHEN {{ sentiment_rule }} = 'either' OR sentiment_score IS NOT NULL THEN sentiment_label END AS sentiment_label
    FROM extracted_positions
    WHERE competitor_name IS NULL
) AS e
WHERE (e.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (e.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
GROUP BY 1, 2, 3
