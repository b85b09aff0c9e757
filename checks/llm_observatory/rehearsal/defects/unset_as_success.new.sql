-- Success was computed as all calls less errors, so UNSET counts as a success.

UPDATE llm_metrics_1hour SET success_count = request_count - error_count;
