SELECT f.id AS metric_fact_id, f.collector_result_id, COUNT(m.id) AS brand_metrics
FROM metric_facts AS f
LEFT JOIN brand_metrics AS m ON m.metric_fact_id = f.id
GROUP BY f.id, f.collector_result_id
HAVING COUNT(m.id) <> 1
