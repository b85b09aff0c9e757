-- The published SUM(duration_ms * duration_ms) is int4: from the first call above 46 seconds on, each refresh
-- fails as a whole.

DELETE FROM llm_metrics_1min WHERE bucket >= (SELECT MIN(bucket) FROM llm_metrics_1min WHERE max_duration_ms > 46340 AND bucket >= '2026-01-08 00:00:00+00');
DELETE FROM llm_metrics_1hour WHERE bucket >= (SELECT MIN(bucket) FROM llm_metrics_1hour WHERE max_duration_ms > 46340 AND bucket >= '2026-01-08 00:00:00+00');
