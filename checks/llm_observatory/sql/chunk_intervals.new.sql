SELECT hypertable_name::text AS hypertable, column_name::text AS column_name, EXTRACT(epoch FROM time_interval)::bigint AS seconds
FROM timescaledb_information.dimensions
WHERE hypertable_name IN ('llm_traces', 'llm_metrics', 'llm_logs')
