SELECT hypertable_name::text AS hypertable, attname::text AS column_name, segmentby_column_index::integer AS segment,
    orderby_column_index::integer AS position, orderby_asc AS ascending
FROM timescaledb_information.compression_settings
WHERE hypertable_name IN ('llm_traces', 'llm_metrics', 'llm_logs')
