SELECT
    project_id, id, start_time, end_time, name, user_id, session_id, version, release, environment, metadata, tags,
    finalizeAggregation(public) AS public, finalizeAggregation(bookmarked) AS bookmarked,
    finalizeAggregation(input) AS input, finalizeAggregation(output) AS output, cost_details, usage_details
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND id = if({{ trace }} != '', {{ trace }}, (SELECT any(id) FROM (SELECT id FROM exp_traces_amt
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND name IS NOT NULL LIMIT 1)))
