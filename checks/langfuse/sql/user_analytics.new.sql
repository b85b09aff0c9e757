SELECT
    project_id, assumeNotNull(user_id) AS user_id, count() AS traces, sum(count_observations) AS observations,
    sum(cost_details['total']) AS cost, min(start_time) AS first_start, max(start_time) AS last_start
FROM (
    SELECT project_id, user_id, start_time, count_observations, cost_details
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND user_id != '' AND name IS NOT NULL
)
GROUP BY project_id, user_id
