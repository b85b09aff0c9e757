SELECT relname::text AS relation
FROM pg_class
WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid) AND relname IN ('llm_traces', 'llm_metrics', 'llm_logs', 'model_pricing', 'api_keys', 'users', 'projects')
