SELECT project_id, id AS trace_id, finalizeAggregation(public) AS public
FROM (
    SELECT project_id, id, public
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND name IS NOT NULL
)
