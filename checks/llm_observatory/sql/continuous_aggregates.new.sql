SELECT view_name::text AS view, hypertable_name::text AS hypertable
FROM timescaledb_information.continuous_aggregates
WHERE hypertable_name = 'llm_traces'
