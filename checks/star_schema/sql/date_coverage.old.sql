SELECT DISTINCT e.brand_id, (e.processed_at AT TIME ZONE 'UTC')::date AS day
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND (e.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (e.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
