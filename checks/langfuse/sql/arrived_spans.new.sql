SELECT project_id, id, event_ts
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND event_ts >= {{ from }} AND event_ts < {{ to }}
