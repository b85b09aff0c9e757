-- The new tables. Nothing merges them in the background, as on a busy server: a reader that forgets FINAL shows.

CREATE TABLE exp_traces_amt (
    project_id String,
    id String,
    start_time SimpleAggregateFunction(min, DateTime64(3)),
    end_time SimpleAggregateFunction(max, Nullable(DateTime64(3))),
    name SimpleAggregateFunction(anyLast, Nullable(String)),
    user_id SimpleAggregateFunction(anyLast, Nullable(String)),
    session_id SimpleAggregateFunction(anyLast, Nullable(String)),
    version SimpleAggregateFunction(anyLast, Nullable(String)),
    release SimpleAggregateFunction(anyLast, Nullable(String)),
    environment SimpleAggregateFunction(anyLast, String),
    metadata SimpleAggregateFunction(maxMap, Map(String, String)),
    tags SimpleAggregateFunction(groupUniqArrayArray, Array(String)),
    public AggregateFunction(argMax, Nullable(Bool), DateTime64(3)),
    bookmarked AggregateFunction(argMax, Nullable(Bool), DateTime64(3)),
    input AggregateFunction(argMax, String, DateTime64(3)),
    output AggregateFunction(argMax, String, DateTime64(3)),
    cost_details SimpleAggregateFunction(sumMap, Map(String, Decimal(38, 12))),
    usage_details SimpleAggregateFunction(sumMap, Map(String, UInt64)),
    count_observations SimpleAggregateFunction(sum, UInt64),
    created_at SimpleAggregateFunction(min, DateTime64(3)),
    updated_at SimpleAggregateFunction(max, DateTime64(3))
) ENGINE = AggregatingMergeTree
ORDER BY (project_id, id)
SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1;

CREATE TABLE exp_spans (
    id String,
    trace_id String,
    project_id String,
    environment LowCardinality(String),
    parent_span_id Nullable(String),
    type LowCardinality(String),
    name String,
    start_time DateTime64(3),
    end_time Nullable(DateTime64(3)),
    level LowCardinality(String),
    status_message Nullable(String),
    version Nullable(String),
    input Nullable(String),
    output Nullable(String),
    model_name Nullable(String),
    model_parameters Nullable(String),
    metadata_names Array(String),
    metadata_values Array(String),
    usage_details Map(LowCardinality(String), UInt64),
    cost_details Map(LowCardinality(String), Decimal(38, 12)),
    total_cost Nullable(Decimal(38, 12)),
    completion_start_time Nullable(DateTime64(3)),
    prompt_id Nullable(String),
    prompt_name Nullable(String),
    prompt_version Nullable(UInt16),
    created_at DateTime64(3),
    updated_at DateTime64(3),
    event_ts DateTime64(3),
    is_deleted UInt8
) ENGINE = ReplacingMergeTree(event_ts, is_deleted)
ORDER BY (project_id, trace_id, id)
SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1;

CREATE TABLE exp_trace_properties (
    project_id String,
    trace_id String,
    property LowCardinality(String),
    value String,
    event_ts DateTime64(3),
    is_deleted UInt8
) ENGINE = ReplacingMergeTree(event_ts, is_deleted)
ORDER BY (project_id, property, value, trace_id)
SETTINGS max_bytes_to_merge_at_max_space_in_pool = 1;
