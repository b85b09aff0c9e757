SELECT
    f.collector_result_id,
    CASE WHEN {{ fold_names }} THEN lower(btrim(c.competitor_name)) ELSE c.competitor_name END AS competitor_name
FROM competitor_metrics AS m
JOIN metric_facts AS f ON f.id = m.metric_fact_id
JOIN brand_competitors AS c ON c.id = m.competitor_id
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
