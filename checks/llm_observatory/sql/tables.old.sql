SELECT relation
FROM (VALUES
    ('llm_traces'),
    ('llm_metrics'),
    ('llm_logs'),
    ('model_pricing'),
    ('api_keys'),
    ('users'),
    ('projects')
) AS expected (relation)
