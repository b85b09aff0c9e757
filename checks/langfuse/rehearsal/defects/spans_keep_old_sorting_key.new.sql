-- exp_spans was given the sorting key of the old table: an observation whose type or day changed is there twice, and no
-- merge ever joins the two.
DROP TABLE exp_spans SYNC;
CREATE TABLE exp_spans (
    id String, trace_id String, project_id String, environment LowCardinality(String), parent_span_id Nullable(String),
    type LowCardinality(String), name String, start_time DateTime64(3), end_time Nullable(DateTime64(3)),
    level LowCardinality(String), status_message Nullable(String), version Nullable(String), input Nullable(String),
    output Nullable(String), model_name Nullable(String), model_parameters Nullable(String), metadata_names Array(String),
    metadata_values Array(String), usage_details Map(LowCardinality(String), UInt64),
    cost_details Map(LowCardinality(String), Decimal(38, 12)), total_cost Nullable(Decimal(38, 12)),
    completion_start_time Nullable(DateTime64(3)), prompt_id Nullable(String), prompt_name Nullable(String),
    prompt_version Nullable(UInt16), created_at DateTime64(3), updated_at DateTime64(3), event_ts DateTime64(3),
    is_deleted UInt8
) ENGINE = ReplacingMergeTree(event_ts, is_deleted)
ORDER BY (project_id, type, toDate(start_time), id);
INSERT INTO exp_spans
SELECT
    id, trace_id, project_id, environment, parent_observation_id, type, name, start_time, end_time, level,
    status_message, version, input, output, provided_model_name, model_parameters,
    mapKeys(metadata), mapValues(metadata), usage_details,
    CAST(cost_details, 'Map(LowCardinality(String), Decimal(38, 12))'), CAST(total_cost, 'Nullable(Decimal(38, 12))'),
    completion_start_time, prompt_id, prompt_name, prompt_version, created_at, updated_at, event_ts, is_deleted
FROM observations;
