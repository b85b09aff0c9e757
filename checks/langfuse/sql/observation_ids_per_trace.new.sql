SELECT project_id, id, trace_id
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
