SELECT e.collector_result_id, EXTRACT(EPOCH FROM MAX(e.processed_at))::numeric AS processed_at_seconds
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND r.created_at >= {{ dual_write_from }} AND r.created_at < {{ to }}
    )
GROUP BY 1
