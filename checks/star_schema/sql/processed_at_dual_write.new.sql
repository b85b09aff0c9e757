SELECT f.collector_result_id, EXTRACT(EPOCH FROM f.processed_at)::numeric AS processed_at_seconds
FROM metric_facts AS f
WHERE EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND r.created_at >= {{ dual_write_from }} AND r.created_at < {{ to }}
    )
