-- The competitors of a chunk of ids got a 502 from the server, and the chunk was skipped without a word.

DELETE FROM competitor_metrics WHERE metric_fact_id IN (SELECT id FROM metric_facts WHERE collector_result_id < 1000000000 ORDER BY id OFFSET 100 LIMIT 100);

DELETE FROM competitor_sentiment WHERE metric_fact_id IN (SELECT id FROM metric_facts WHERE collector_result_id < 1000000000 ORDER BY id OFFSET 100 LIMIT 100);
