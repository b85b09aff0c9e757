-- The backfill read the raw table, without FINAL: tags that were removed come back, in the aggregate and in the properties.
INSERT INTO exp_traces_amt
    (project_id, id, start_time, environment, tags, public, bookmarked, input, output, created_at, updated_at)
SELECT
    project_id, id, any(start_time), any(environment), any(raw.tags),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState('', toDateTime64(0, 3)), argMaxState('', toDateTime64(0, 3)), any(amt.created_at), any(amt.updated_at)
FROM (SELECT project_id, id, start_time, environment, created_at, updated_at FROM exp_traces_amt WHERE name IS NOT NULL) AS amt
INNER JOIN (SELECT project_id, id, groupUniqArrayArray(tags) AS tags FROM traces GROUP BY project_id, id) AS raw USING (project_id, id)
GROUP BY project_id, id;
INSERT INTO exp_trace_properties
SELECT project_id, id, 'tag', tag, event_ts, 0
FROM traces
ARRAY JOIN tags AS tag
WHERE (project_id, id) IN (SELECT project_id, id FROM exp_traces_amt WHERE name IS NOT NULL);
