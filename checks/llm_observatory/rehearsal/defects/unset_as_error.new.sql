-- The hourly view counts every status but OK as an error, UNSET too.

UPDATE llm_metrics_1hour SET error_count = request_count - success_count;
