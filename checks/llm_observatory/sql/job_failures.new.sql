SELECT j.job_id, COALESCE(a.view_name, j.hypertable_name)::text AS object, j.proc_name::text AS job, s.last_run_status, s.total_failures
FROM timescaledb_information.jobs AS j
JOIN timescaledb_information.job_stats AS s ON s.job_id = j.job_id
LEFT JOIN timescaledb_information.continuous_aggregates AS a
    ON a.materialization_hypertable_schema = j.hypertable_schema AND a.materialization_hypertable_name = j.hypertable_name
WHERE s.last_run_status = 'Failed' AND COALESCE(a.view_name, j.hypertable_name) IN ('llm_traces', 'llm_metrics', 'llm_logs', 'llm_metrics_1min', 'llm_metrics_1hour', 'llm_metrics_1day', 'llm_error_summary')
