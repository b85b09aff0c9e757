-- Indexes beyond these do no harm; TimescaleDB adds one of its own to each hypertable.
SELECT t.relname::text AS relation, c.relname::text AS name, m.amname::text AS method, i.indpred IS NOT NULL AS partial
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indexrelid
JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_am AS m ON m.oid = c.relam
WHERE pg_table_is_visible(t.oid) AND t.relname IN ('llm_traces', 'llm_metrics', 'llm_logs', 'model_pricing', 'api_keys', 'users', 'projects')
    AND c.relname IN (
        'idx_api_keys_expires', 'idx_api_keys_hash', 'idx_api_keys_user', 'idx_logs_level',
        'idx_logs_provider', 'idx_logs_trace_id', 'idx_metrics_environment', 'idx_metrics_name_provider',
        'idx_traces_attributes', 'idx_traces_cost', 'idx_traces_cost_analysis', 'idx_traces_errors',
        'idx_traces_expensive', 'idx_traces_model_duration', 'idx_traces_provider_model', 'idx_traces_provider_status',
        'idx_traces_session_id', 'idx_traces_slow', 'idx_traces_status', 'idx_traces_tags',
        'idx_traces_trace_id', 'idx_traces_ts_brin', 'idx_traces_user_id', 'idx_pricing_lookup',
        'idx_projects_owner', 'idx_projects_slug', 'idx_users_email'
    )
