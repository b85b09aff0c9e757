-- One row per brand, unless its facts belong to several customers.
SELECT f.brand_id, f.customer_id
FROM metric_facts AS f
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
GROUP BY 1, 2
