-- Calls above 30 seconds were clipped before they were aggregated.

UPDATE llm_metrics_1min SET max_duration_ms = 30000 WHERE max_duration_ms > 30000;
UPDATE llm_metrics_1hour SET max_duration_ms = 30000 WHERE max_duration_ms > 30000;
UPDATE llm_metrics_1day SET max_duration_ms = 30000 WHERE max_duration_ms > 30000;
