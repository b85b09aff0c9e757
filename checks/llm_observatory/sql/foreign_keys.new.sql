SELECT c.relname::text AS relation, k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint AS k
JOIN pg_class AS c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND pg_table_is_visible(c.oid) AND c.relname IN ('llm_traces', 'llm_metrics', 'llm_logs', 'model_pricing', 'api_keys', 'users', 'projects')
