SELECT
    project_id, id AS trace_id, name, user_id, session_id, release, version, environment,
    finalizeAggregation(public) AS public, finalizeAggregation(bookmarked) AS bookmarked, tags, start_time,
    lengthUTF8(finalizeAggregation(input)) AS input_length, lengthUTF8(finalizeAggregation(output)) AS output_length
FROM (
    SELECT *
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND name IS NOT NULL
)
