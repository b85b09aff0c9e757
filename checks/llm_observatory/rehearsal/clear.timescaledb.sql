-- Takes away all that a rehearsal makes on TimescaleDB, which drops no continuous aggregate and no hypertable together with
-- something else.
DROP VIEW IF EXISTS llm_percentiles_realtime, llm_percentiles_hourly, llm_percentiles_approximate, llm_sla_monitoring;
DROP FUNCTION IF EXISTS approximate_percentile;
DROP MATERIALIZED VIEW IF EXISTS llm_metrics_1min;
DROP MATERIALIZED VIEW IF EXISTS llm_metrics_1hour;
DROP MATERIALIZED VIEW IF EXISTS llm_metrics_1day;
DROP MATERIALIZED VIEW IF EXISTS llm_error_summary;
DROP TABLE IF EXISTS llm_traces;
DROP TABLE IF EXISTS llm_metrics;
DROP TABLE IF EXISTS llm_logs;
DROP TABLE IF EXISTS model_pricing, api_keys, projects, users;
