-- Takes away all that a rehearsal makes on plain PostgreSQL.
DROP VIEW IF EXISTS llm_percentiles_realtime, llm_percentiles_hourly, llm_percentiles_approximate, llm_sla_monitoring;
DROP FUNCTION IF EXISTS approximate_percentile;
DROP TABLE IF EXISTS llm_metrics_1min, llm_metrics_1hour, llm_metrics_1day, llm_error_summary;
DROP TABLE IF EXISTS llm_traces, llm_metrics, llm_logs, model_pricing, api_keys, projects, users;
