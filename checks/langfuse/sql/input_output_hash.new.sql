SELECT
    project_id, id AS trace_id,
    cityHash64(finalizeAggregation(input)) AS input_hash, cityHash64(finalizeAggregation(output)) AS output_hash
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
    AND name IS NOT NULL
