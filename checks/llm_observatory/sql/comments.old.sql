SELECT relation
FROM (VALUES
    ('llm_traces'),
    ('llm_metrics'),
    ('llm_logs'),
    ('model_pricing'),
    ('api_keys'),
    ('users'),
    ('projects'),
    ('llm_metrics_1min'),
    ('llm_metrics_1hour'),
    ('llm_metrics_1day'),
    ('llm_error_summary'),
    ('llm_percentiles_realtime'),
    ('llm_percentiles_hourly'),
    ('llm_percentiles_approximate'),
    ('llm_sla_monitoring')
) AS expected (relation)
