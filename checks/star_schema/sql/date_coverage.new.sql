SELECT DISTINCT f.brand_id, (f.processed_at AT TIME ZONE 'UTC')::date AS day
FROM metric_facts AS f
WHERE (f.processed_at AT TIME ZONE 'UTC')::date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND (f.processed_at AT TIME ZONE 'UTC')::date < ({{ to }} AT TIME ZONE 'UTC')::date
