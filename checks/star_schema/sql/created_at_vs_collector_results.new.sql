SELECT f.collector_result_id, EXTRACT(EPOCH FROM f.created_at)::numeric AS created_at_seconds
FROM metric_facts AS f
JOIN collector_results AS r ON r.id = f.collector_result_id
WHERE r.created_at >= {{ from }} AND r.created_at < {{ to }}
