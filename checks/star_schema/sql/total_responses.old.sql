SELECT
    e.brand_id, e.collector_type, (e.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    COUNT(*) AS total_responses
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND (e.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (e.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
GROUP BY 1, 2, 3
