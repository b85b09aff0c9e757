SELECT hypertable_name::text AS hypertable, num_dimensions::integer AS dimensions
FROM timescaledb_information.hypertables
WHERE hypertable_name IN ('llm_traces', 'llm_metrics', 'llm_logs')
