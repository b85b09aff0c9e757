SELECT project_id, id AS trace_id, usage_details
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND (count_observations > 0 OR notEmpty(usage_details))
