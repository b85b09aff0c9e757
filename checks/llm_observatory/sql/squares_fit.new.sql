-- The published square is int4 * int4; PostgreSQL prints it without a cast.
SELECT view_name::text AS view, view_definition
FROM timescaledb_information.continuous_aggregates
WHERE hypertable_name = 'llm_traces' AND view_definition ~* 'sum\(\(?([a-z_]+\.)?duration_ms \* ([a-z_]+\.)?duration_ms\)'
