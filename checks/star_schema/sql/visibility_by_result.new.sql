SELECT f.collector_result_id, m.visibility_index
FROM metric_facts AS f
JOIN brand_metrics AS m ON m.metric_fact_id = f.id
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
