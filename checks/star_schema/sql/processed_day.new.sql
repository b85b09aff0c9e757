SELECT f.collector_result_id, (f.processed_at AT TIME ZONE 'UTC')::date AS day
FROM metric_facts AS f
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
