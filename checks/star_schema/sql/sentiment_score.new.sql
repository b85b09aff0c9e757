SELECT f.collector_result_id, s.sentiment_score
FROM brand_sentiment AS s
JOIN metric_facts AS f ON f.id = s.metric_fact_id
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
