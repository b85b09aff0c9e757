SELECT hypertable, dimensions
FROM (VALUES
    ('llm_traces', 1),
    ('llm_metrics', 1),
    ('llm_logs', 1)
) AS expected (hypertable, dimensions)
