SELECT object, after_seconds
FROM (VALUES
    ('llm_traces', 604800),
    ('llm_metrics', 604800),
    ('llm_logs', 604800)
) AS expected (object, after_seconds)
