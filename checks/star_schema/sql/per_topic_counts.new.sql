SELECT f.brand_id, lower(btrim(f.topic)) AS topic, COUNT(*) AS responses
FROM metric_facts AS f
JOIN brand_metrics AS m ON m.metric_fact_id = f.id
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
GROUP BY 1, 2
