-- The plan said that deletions cascade through materialized views. They do not: what was deleted stays in all three tables.
INSERT INTO exp_spans
SELECT
    id, trace_id, project_id, environment, parent_observation_id, type, name, start_time, end_time, level,
    status_message, version, input, output, provided_model_name, model_parameters,
    mapKeys(metadata), mapValues(metadata), usage_details,
    CAST(cost_details, 'Map(LowCardinality(String), Decimal(38, 12))'), CAST(total_cost, 'Nullable(Decimal(38, 12))'),
    completion_start_time, prompt_id, prompt_name, prompt_version, created_at, updated_at, event_ts, 0
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
WHERE is_deleted = 1;
INSERT INTO exp_traces_amt
    (project_id, id, start_time, name, user_id, session_id, environment, metadata, tags, public, bookmarked, input, output,
     created_at, updated_at)
SELECT
    project_id, id, min(timestamp), any(name), nullIf(any(user_id), ''), nullIf(any(session_id), ''), any(environment),
    CAST(any(metadata), 'Map(String, String)'), arrayDistinct(any(tags)),
    argMaxState(CAST(public, 'Nullable(Bool)'), event_ts), argMaxState(CAST(bookmarked, 'Nullable(Bool)'), event_ts),
    argMaxState(ifNull(input, ''), event_ts), argMaxState(ifNull(output, ''), event_ts), min(created_at), max(updated_at)
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
WHERE is_deleted = 1
GROUP BY project_id, id;
INSERT INTO exp_trace_properties
SELECT project_id, id, 'tag', tag, event_ts, 0
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
ARRAY JOIN arrayDistinct(tags) AS tag
WHERE is_deleted = 1;
