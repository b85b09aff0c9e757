-- Metadata merged with maxMap: per key the greatest text wins, so 'queued' beats 'done', and a removed key lives on.
INSERT INTO exp_traces_amt
    (project_id, id, start_time, environment, metadata, public, bookmarked, input, output, created_at, updated_at)
SELECT
    project_id, id, any(amt.start_time), any(amt.environment), any(raw.metadata),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState(CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    argMaxState('', toDateTime64(0, 3)), argMaxState('', toDateTime64(0, 3)), any(amt.created_at), any(amt.updated_at)
FROM (SELECT project_id, id, start_time, environment, created_at, updated_at FROM exp_traces_amt WHERE name IS NOT NULL) AS amt
INNER JOIN (
    SELECT project_id, id, maxMap(CAST(metadata, 'Map(String, String)')) AS metadata FROM traces GROUP BY project_id, id
) AS raw USING (project_id, id)
GROUP BY project_id, id;
