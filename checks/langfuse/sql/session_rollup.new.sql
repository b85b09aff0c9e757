SELECT
    project_id, assumeNotNull(session_id) AS session_id, count() AS traces,
    min(start_time) AS first_start, max(start_time) AS last_start,
    groupUniqArrayIf(assumeNotNull(user_id), user_id != '') AS users, groupUniqArrayArray(tags) AS tags,
    sum(cost_details['total']) AS cost
FROM (
    SELECT project_id, session_id, start_time, user_id, tags, cost_details
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND session_id != '' AND name IS NOT NULL
)
GROUP BY project_id, session_id
