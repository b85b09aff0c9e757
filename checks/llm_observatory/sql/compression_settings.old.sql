SELECT hypertable, column_name, segment, position, ascending
FROM (VALUES
    ('llm_traces', 'provider', 1, NULL::integer, NULL::boolean),
    ('llm_traces', 'model', 2, NULL::integer, NULL::boolean),
    ('llm_traces', 'ts', NULL, 1, false),
    ('llm_metrics', 'provider', 1, NULL::integer, NULL::boolean),
    ('llm_metrics', 'model', 2, NULL::integer, NULL::boolean),
    ('llm_metrics', 'metric_name', 3, NULL::integer, NULL::boolean),
    ('llm_metrics', 'ts', NULL, 1, false),
    ('llm_logs', 'provider', 1, NULL::integer, NULL::boolean),
    ('llm_logs', 'log_level', 2, NULL::integer, NULL::boolean),
    ('llm_logs', 'ts', NULL, 1, false)
) AS expected (hypertable, column_name, segment, position, ascending)
