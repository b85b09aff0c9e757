SELECT
    f.collector_result_id,
    (SELECT COUNT(*) FROM brand_metrics AS m WHERE m.metric_fact_id = f.id) AS brand_rows,
    (SELECT COUNT(*) FROM brand_sentiment AS s WHERE s.metric_fact_id = f.id) AS brand_sentiments,
    (SELECT COUNT(*) FROM competitor_metrics AS m WHERE m.metric_fact_id = f.id) AS competitor_rows,
    (SELECT COUNT(*) FROM competitor_sentiment AS s WHERE s.metric_fact_id = f.id) AS competitor_sentiments
FROM metric_facts AS f
WHERE EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = f.collector_result_id AND r.created_at >= {{ dual_write_from }} AND r.created_at < {{ to }}
    )
