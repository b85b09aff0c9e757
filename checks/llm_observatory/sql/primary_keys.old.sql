SELECT relation, definition
FROM (VALUES
    ('api_keys', 'PRIMARY KEY (id)'),
    ('api_keys', 'UNIQUE (key_hash)'),
    ('llm_logs', 'PRIMARY KEY (ts, trace_id, span_id)'),
    ('llm_metrics', 'PRIMARY KEY (ts, metric_name, provider, model)'),
    ('llm_traces', 'PRIMARY KEY (ts, trace_id, span_id)'),
    ('model_pricing', 'PRIMARY KEY (id)'),
    ('model_pricing', 'UNIQUE (provider, model, effective_date)'),
    ('projects', 'PRIMARY KEY (id)'),
    ('projects', 'UNIQUE (slug)'),
    ('users', 'PRIMARY KEY (id)'),
    ('users', 'UNIQUE (email)')
) AS expected (relation, definition)
