-- Each row once, from its newest version, tombstones left out. FINAL would not do on the old side: it merges by sorting
-- key, so an observation whose type or day changed would stay twice. The tables are filled anew on every run, because a
-- sum in exp_traces_amt cannot be taken back.

TRUNCATE TABLE exp_spans;
INSERT INTO exp_spans
SELECT
    id, trace_id, project_id, environment, parent_observation_id, type, name, start_time, end_time, level,
    status_message, version, input, output, provided_model_name, model_parameters,
    mapKeys(metadata), mapValues(metadata), usage_details,
    CAST(cost_details, 'Map(LowCardinality(String), Decimal(38, 12))'), CAST(total_cost, 'Nullable(Decimal(38, 12))'),
    completion_start_time, prompt_id, prompt_name, prompt_version, created_at, updated_at, event_ts, is_deleted
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
WHERE is_deleted = 0;

-- What a trace says of itself …
TRUNCATE TABLE exp_traces_amt;
INSERT INTO exp_traces_amt
    (project_id, id, start_time, end_time, name, user_id, session_id, version, release, environment, metadata, tags,
     public, bookmarked, input, output, created_at, updated_at)
SELECT
    t.project_id, t.id, min(t.timestamp), NULL, any(t.name), nullIf(any(t.user_id), ''), nullIf(any(t.session_id), ''),
    nullIf(any(t.version), ''), nullIf(any(t.release), ''), any(t.environment),
    CAST(any(t.metadata), 'Map(String, String)'), arrayDistinct(any(t.tags)),
    argMaxState(CAST(t.public, 'Nullable(Bool)'), t.event_ts),
    argMaxState(CAST(t.bookmarked, 'Nullable(Bool)'), t.event_ts),
    argMaxState(ifNull(t.input, ''), t.event_ts), argMaxState(ifNull(t.output, ''), t.event_ts),
    min(t.created_at), max(t.updated_at)
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id) AS t
WHERE t.is_deleted = 0
GROUP BY t.project_id, t.id;

-- … and what its observations add up to. Without a trace of that id, this alone is its row: an orphan.
INSERT INTO exp_traces_amt
    (project_id, id, start_time, end_time, name, environment, public, bookmarked, input, output,
     cost_details, usage_details, count_observations, created_at, updated_at)
SELECT
    o.project_id, o.trace_id, min(o.start_time), max(ifNull(o.end_time, o.start_time)), NULL, any(heads.environment),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState('', toDateTime64(0, 3)), argMaxState('', toDateTime64(0, 3)),
    sumMap(CAST(o.cost_details, 'Map(String, Decimal(38, 12))')), sumMap(CAST(o.usage_details, 'Map(String, UInt64)')),
    count(), min(o.created_at), max(o.updated_at)
FROM exp_spans AS o
LEFT JOIN (
    SELECT project_id, id, toString(environment) AS environment
    FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
    WHERE is_deleted = 0
) AS heads ON heads.project_id = o.project_id AND heads.id = o.trace_id
GROUP BY o.project_id, o.trace_id;

TRUNCATE TABLE exp_trace_properties;
INSERT INTO exp_trace_properties
SELECT
    project_id, id, tupleElement(property, 1), tupleElement(property, 2), event_ts, 0
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
ARRAY JOIN arrayConcat(
    arrayMap(tag -> ('tag', tag), arrayDistinct(tags)),
    [('user_id', ifNull(user_id, '')), ('session_id', ifNull(session_id, ''))]
) AS property
WHERE is_deleted = 0 AND (tupleElement(property, 1) = 'tag' OR tupleElement(property, 2) != '');
