SELECT object, start_seconds, end_seconds, every_seconds
FROM (VALUES
    ('llm_metrics_1min', 3600, 60, 30),
    ('llm_metrics_1hour', 86400, 3600, 300),
    ('llm_metrics_1day', 604800, 86400, 3600),
    ('llm_error_summary', 86400, 3600, 300)
) AS expected (object, start_seconds, end_seconds, every_seconds)
