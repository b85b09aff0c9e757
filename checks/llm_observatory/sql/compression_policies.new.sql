-- The jobs of a continuous aggregate stand under its materialisation hypertable up to some release, and under its own name after.
SELECT COALESCE(a.view_name, j.hypertable_name)::text AS object,
    EXTRACT(epoch FROM (j.config ->> 'compress_after')::interval)::bigint AS after_seconds
FROM timescaledb_information.jobs AS j
LEFT JOIN timescaledb_information.continuous_aggregates AS a
    ON a.materialization_hypertable_schema = j.hypertable_schema AND a.materialization_hypertable_name = j.hypertable_name
WHERE j.proc_name = 'policy_compression'
    AND COALESCE(a.view_name, j.hypertable_name) IN ('llm_traces', 'llm_metrics', 'llm_logs', 'llm_metrics_1min', 'llm_metrics_1hour', 'llm_metrics_1day', 'llm_error_summary')
