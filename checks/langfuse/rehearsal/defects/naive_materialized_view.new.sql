-- A materialized view that sums what is inserted: it sees insert blocks only, so each rewrite of an observation is added
-- again, and nothing that is deleted is ever taken back.
TRUNCATE TABLE exp_traces_amt;
CREATE TABLE replayed_traces AS traces;
CREATE TABLE replayed_observations AS observations;
CREATE MATERIALIZED VIEW traces_view TO exp_traces_amt AS
SELECT
    project_id, id, min(t.timestamp) AS start_time, anyLast(t.name) AS name, anyLast(t.user_id) AS user_id,
    anyLast(t.session_id) AS session_id, anyLast(t.version) AS version, anyLast(t.release) AS release,
    anyLast(toString(t.environment)) AS environment, maxMap(CAST(t.metadata, 'Map(String, String)')) AS metadata,
    groupUniqArrayArray(t.tags) AS tags, argMaxState(CAST(t.public, 'Nullable(Bool)'), t.event_ts) AS public,
    argMaxState(CAST(t.bookmarked, 'Nullable(Bool)'), t.event_ts) AS bookmarked,
    argMaxState(ifNull(t.input, ''), t.event_ts) AS input, argMaxState(ifNull(t.output, ''), t.event_ts) AS output,
    min(t.created_at) AS created_at, max(t.updated_at) AS updated_at
FROM replayed_traces AS t
GROUP BY project_id, id;
CREATE MATERIALIZED VIEW observations_view TO exp_traces_amt AS
SELECT
    project_id, trace_id AS id, min(o.start_time) AS start_time, max(ifNull(o.end_time, o.start_time)) AS end_time,
    anyLast(toString(o.environment)) AS environment,
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)) AS public,
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)) AS bookmarked,
    argMaxState('', toDateTime64(0, 3)) AS input, argMaxState('', toDateTime64(0, 3)) AS output,
    sumMap(CAST(o.cost_details, 'Map(String, Decimal(38, 12))')) AS cost_details,
    sumMap(CAST(o.usage_details, 'Map(String, UInt64)')) AS usage_details, count() AS count_observations,
    min(o.created_at) AS created_at, max(o.updated_at) AS updated_at
FROM replayed_observations AS o
GROUP BY project_id, id;
INSERT INTO replayed_traces SELECT * FROM traces;
INSERT INTO replayed_observations SELECT * FROM observations;
DROP TABLE traces_view;
DROP TABLE observations_view;
DROP TABLE replayed_traces;
DROP TABLE replayed_observations;
