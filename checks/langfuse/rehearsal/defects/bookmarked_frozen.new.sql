-- Bookmarks are set after a trace came; an update that reached the old table only.
INSERT INTO exp_traces_amt
    (project_id, id, start_time, environment, bookmarked, public, input, output, created_at, updated_at)
SELECT
    project_id, id, start_time, environment,
    initializeAggregation('argMaxState', CAST(false, 'Nullable(Bool)'), toDateTime64('2100-01-01 00:00:00', 3)),
    initializeAggregation('argMaxState', CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    initializeAggregation('argMaxState', '', toDateTime64(0, 3)), initializeAggregation('argMaxState', '', toDateTime64(0, 3)),
    created_at, updated_at
FROM exp_traces_amt
WHERE name IS NOT NULL;
