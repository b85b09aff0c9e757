SELECT c.relname::text AS relation, COUNT(*) AS columns
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND c.relname IN ('llm_traces', 'llm_metrics', 'llm_logs', 'model_pricing', 'api_keys', 'users', 'projects')
GROUP BY c.relname
