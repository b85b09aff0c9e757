SELECT f.collector_result_id, f.brand_id, f.query_id, f.collector_type, f.topic
FROM metric_facts AS f
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
