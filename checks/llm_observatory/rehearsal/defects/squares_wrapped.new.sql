-- Squares were computed in a language whose 32-bit integers wrap around instead of failing.

UPDATE llm_metrics_1min SET sum_duration_ms_squared = sum_duration_ms_squared - 4294967296 WHERE max_duration_ms > 46340;
UPDATE llm_metrics_1hour SET sum_duration_ms_squared = sum_duration_ms_squared - 4294967296 WHERE max_duration_ms > 46340;
