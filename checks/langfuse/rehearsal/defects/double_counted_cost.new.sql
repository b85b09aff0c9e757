-- Observations that were written again when they ended are counted twice: once as they began, once as they ended.
INSERT INTO exp_traces_amt
    (project_id, id, start_time, environment, public, bookmarked, input, output, cost_details, usage_details, count_observations,
     created_at, updated_at)
SELECT
    project_id, id, start_time, environment,
    initializeAggregation('argMaxState', CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    initializeAggregation('argMaxState', CAST(NULL, 'Nullable(Bool)'), toDateTime64(0, 3)),
    initializeAggregation('argMaxState', '', toDateTime64(0, 3)), initializeAggregation('argMaxState', '', toDateTime64(0, 3)),
    cost_details, usage_details, count_observations, created_at, updated_at
FROM exp_traces_amt
WHERE count_observations > 0 AND sipHash64(id) % 5 = 0;
