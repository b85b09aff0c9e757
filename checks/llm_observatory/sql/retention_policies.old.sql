SELECT object, after_seconds
FROM (VALUES
    ('llm_traces', 7776000),
    ('llm_metrics', 3196800),
    ('llm_logs', 3196800),
    ('llm_metrics_1min', 3196800),
    ('llm_metrics_1hour', 18144000),
    ('llm_metrics_1day', 94608000),
    ('llm_error_summary', 18144000)
) AS expected (object, after_seconds)
