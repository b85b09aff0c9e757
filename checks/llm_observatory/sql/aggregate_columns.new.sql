SELECT c.relname::text AS relation, a.attname::text AS name,
    CASE WHEN a.attname = 'sum_duration_ms_squared' AND format_type(a.atttypid, a.atttypmod) IN ('bigint', 'numeric')
        THEN 'bigint or numeric' ELSE format_type(a.atttypid, a.atttypmod) END AS type
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND pg_table_is_visible(c.oid) AND c.relname IN ('llm_metrics_1min', 'llm_metrics_1hour', 'llm_metrics_1day', 'llm_error_summary')
