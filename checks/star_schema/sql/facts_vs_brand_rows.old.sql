SELECT DISTINCT e.collector_result_id
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
