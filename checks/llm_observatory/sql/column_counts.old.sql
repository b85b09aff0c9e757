SELECT relation, columns
FROM (VALUES
    ('llm_traces', 33),
    ('llm_metrics', 13),
    ('llm_logs', 9),
    ('model_pricing', 7),
    ('api_keys', 11),
    ('users', 5),
    ('projects', 6)
) AS expected (relation, columns)
