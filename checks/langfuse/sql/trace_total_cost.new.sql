SELECT project_id, id AS trace_id, cost_details['total'] AS cost
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND (count_observations > 0 OR notEmpty(cost_details))
