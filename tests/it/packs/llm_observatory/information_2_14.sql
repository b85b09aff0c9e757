-- The views of timescaledb_information that the checks read, as tables of the same columns, and the catalogue of a correct
-- installation in them. Columns from https://github.com/timescale/timescaledb/blob/main/sql/views.sql, 2.14.2: tag 2.14.2, 8f27a70d0.
-- The extension is entered by hand, so that what `requires` asks for is there.

SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
SELECT 999999, 'timescaledb', oid, 'public'::regnamespace, false, '2.14.2' FROM pg_roles WHERE rolname = current_user;

CREATE SCHEMA timescaledb_information;
CREATE TABLE timescaledb_information.hypertables (hypertable_schema name, hypertable_name name, owner name, num_dimensions smallint,
    num_chunks bigint, compression_enabled boolean, tablespaces name[]);
CREATE TABLE timescaledb_information.dimensions (hypertable_schema name, hypertable_name name, dimension_number bigint, column_name name,
    column_type regtype, dimension_type text, time_interval interval, integer_interval bigint, integer_now_func name, num_partitions smallint);
CREATE TABLE timescaledb_information.continuous_aggregates (hypertable_schema name, hypertable_name name, view_schema name, view_name name,
    view_owner name, materialized_only boolean, compression_enabled boolean, materialization_hypertable_schema name,
    materialization_hypertable_name name, view_definition text, finalized boolean);
CREATE TABLE timescaledb_information.compression_settings (hypertable_schema name, hypertable_name name, attname name COLLATE "C",
    segmentby_column_index smallint, orderby_column_index smallint, orderby_asc boolean, orderby_nullsfirst boolean);
CREATE TABLE timescaledb_information.jobs (job_id integer, application_name name, schedule_interval interval, max_runtime interval,
    max_retries integer, retry_period interval, proc_schema name, proc_name name, owner regrole, scheduled boolean, fixed_schedule boolean,
    config jsonb, next_start timestamptz, initial_start timestamptz, hypertable_schema name, hypertable_name name, check_schema name,
    check_name name);
CREATE TABLE timescaledb_information.job_stats (hypertable_schema name, hypertable_name name, job_id integer,
    last_run_started_at timestamptz, last_successful_finish timestamptz, last_run_status text, job_status text,
    last_run_duration interval, next_start timestamptz, total_runs bigint, total_successes bigint, total_failures bigint);

INSERT INTO timescaledb_information.hypertables (hypertable_schema, hypertable_name, num_dimensions, num_chunks, compression_enabled)
VALUES ('public', 'llm_traces', 1, 9, true), ('public', 'llm_metrics', 1, 9, true), ('public', 'llm_logs', 1, 0, true);
INSERT INTO timescaledb_information.dimensions (hypertable_schema, hypertable_name, dimension_number, column_name, dimension_type, time_interval)
VALUES ('public', 'llm_traces', 1, 'ts', 'Time', '1 day'), ('public', 'llm_metrics', 1, 'ts', 'Time', '1 hour'),
    ('public', 'llm_logs', 1, 'ts', 'Time', '1 day');
INSERT INTO timescaledb_information.continuous_aggregates (hypertable_schema, hypertable_name, view_schema, view_name, materialized_only,
    materialization_hypertable_schema, materialization_hypertable_name, view_definition)
SELECT 'public', 'llm_traces', 'public', view, true, '_timescaledb_internal', '_materialized_hypertable_' || at,
    ' SELECT time_bucket(''01:00:00''::interval, llm_traces.ts) AS bucket, sum(((llm_traces.duration_ms)::bigint * llm_traces.duration_ms)) AS sum_duration_ms_squared'
FROM (VALUES (4, 'llm_metrics_1min'), (5, 'llm_metrics_1hour'), (6, 'llm_metrics_1day'), (7, 'llm_error_summary')) AS made (at, view);
INSERT INTO timescaledb_information.compression_settings (hypertable_schema, hypertable_name, attname, segmentby_column_index, orderby_column_index, orderby_asc)
VALUES ('public', 'llm_traces', 'provider', 1, NULL, NULL), ('public', 'llm_traces', 'model', 2, NULL, NULL), ('public', 'llm_traces', 'ts', NULL, 1, false),
    ('public', 'llm_metrics', 'provider', 1, NULL, NULL), ('public', 'llm_metrics', 'model', 2, NULL, NULL),
    ('public', 'llm_metrics', 'metric_name', 3, NULL, NULL), ('public', 'llm_metrics', 'ts', NULL, 1, false),
    ('public', 'llm_logs', 'provider', 1, NULL, NULL), ('public', 'llm_logs', 'log_level', 2, NULL, NULL), ('public', 'llm_logs', 'ts', NULL, 1, false);
INSERT INTO timescaledb_information.jobs (job_id, schedule_interval, proc_schema, proc_name, scheduled, config, hypertable_schema, hypertable_name)
SELECT job, every::interval, '_timescaledb_functions', proc, true, config::jsonb, schema, hypertable
FROM (VALUES
    (1, '24:00:00', 'policy_telemetry', '{}', NULL, NULL),
    (1000, '00:00:30', 'policy_refresh_continuous_aggregate', '{"start_offset": "01:00:00", "end_offset": "00:01:00", "mat_hypertable_id": 4}', '_timescaledb_internal', '_materialized_hypertable_4'),
    (1001, '00:05:00', 'policy_refresh_continuous_aggregate', '{"start_offset": "1 day", "end_offset": "01:00:00", "mat_hypertable_id": 5}', '_timescaledb_internal', '_materialized_hypertable_5'),
    (1002, '01:00:00', 'policy_refresh_continuous_aggregate', '{"start_offset": "7 days", "end_offset": "1 day", "mat_hypertable_id": 6}', '_timescaledb_internal', '_materialized_hypertable_6'),
    (1003, '00:05:00', 'policy_refresh_continuous_aggregate', '{"start_offset": "1 day", "end_offset": "01:00:00", "mat_hypertable_id": 7}', '_timescaledb_internal', '_materialized_hypertable_7'),
    (1004, '12:00:00', 'policy_compression', '{"compress_after": "7 days", "hypertable_id": 1}', 'public', 'llm_traces'),
    (1005, '12:00:00', 'policy_compression', '{"compress_after": "7 days", "hypertable_id": 1}', 'public', 'llm_metrics'),
    (1006, '12:00:00', 'policy_compression', '{"compress_after": "7 days", "hypertable_id": 1}', 'public', 'llm_logs'),
    (1007, '1 day', 'policy_retention', '{"drop_after": "90 days", "hypertable_id": 1}', 'public', 'llm_traces'),
    (1008, '1 day', 'policy_retention', '{"drop_after": "37 days", "hypertable_id": 1}', 'public', 'llm_metrics'),
    (1009, '1 day', 'policy_retention', '{"drop_after": "37 days", "hypertable_id": 1}', 'public', 'llm_logs'),
    (1010, '1 day', 'policy_retention', '{"drop_after": "37 days", "hypertable_id": 1}', '_timescaledb_internal', '_materialized_hypertable_4'),
    (1011, '1 day', 'policy_retention', '{"drop_after": "210 days", "hypertable_id": 1}', '_timescaledb_internal', '_materialized_hypertable_5'),
    (1012, '1 day', 'policy_retention', '{"drop_after": "1095 days", "hypertable_id": 1}', '_timescaledb_internal', '_materialized_hypertable_6'),
    (1013, '1 day', 'policy_retention', '{"drop_after": "210 days", "hypertable_id": 1}', '_timescaledb_internal', '_materialized_hypertable_7')
) AS job (job, every, proc, config, schema, hypertable);
INSERT INTO timescaledb_information.job_stats (hypertable_schema, hypertable_name, job_id, last_run_status, job_status, total_runs, total_successes, total_failures)
SELECT hypertable_schema, hypertable_name, job_id, 'Success', 'Scheduled', 9, 9, 0 FROM timescaledb_information.jobs WHERE job_id >= 1000;
