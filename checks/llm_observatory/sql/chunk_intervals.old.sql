SELECT hypertable, column_name, seconds
FROM (VALUES
    ('llm_traces', 'ts', 86400),
    ('llm_metrics', 'ts', 3600),
    ('llm_logs', 'ts', 86400)
) AS expected (hypertable, column_name, seconds)
