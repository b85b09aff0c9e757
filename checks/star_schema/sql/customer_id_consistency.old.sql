SELECT b.id AS brand_id, b.customer_id
FROM brands AS b
WHERE EXISTS (
    SELECT 1 FROM extracted_positions AS e
    WHERE e.brand_id = b.id AND e.competitor_name IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM collector_results AS r
            WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
        )
)
