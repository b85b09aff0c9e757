-- The fact and its metrics were written, the competitors after them were not.

DELETE FROM competitor_metrics AS m
USING metric_facts AS f
WHERE f.id = m.metric_fact_id AND f.collector_result_id > 1000000000 AND f.collector_result_id % 10 = 3;
