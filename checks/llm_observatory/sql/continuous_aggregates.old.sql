SELECT view, hypertable
FROM (VALUES
    ('llm_metrics_1min', 'llm_traces'),
    ('llm_metrics_1hour', 'llm_traces'),
    ('llm_metrics_1day', 'llm_traces'),
    ('llm_error_summary', 'llm_traces')
) AS expected (view, hypertable)
