SELECT user_id, count() AS traces, sum(count_observations) AS observations, sum(cost_details['total']) AS cost
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND user_id != '' AND name IS NOT NULL
GROUP BY user_id
