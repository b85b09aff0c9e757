SELECT r.id AS collector_result_id, EXTRACT(EPOCH FROM r.created_at)::numeric AS created_at_seconds
FROM collector_results AS r
WHERE r.created_at >= {{ from }} AND r.created_at < {{ to }}
    AND EXISTS (
        SELECT 1 FROM extracted_positions AS e
        WHERE e.collector_result_id = r.id AND e.competitor_name IS NULL
    )
