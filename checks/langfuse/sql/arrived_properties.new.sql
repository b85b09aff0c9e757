SELECT project_id, trace_id, toString(property) AS property, value, event_ts
FROM exp_trace_properties FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND event_ts >= {{ from }} AND event_ts < {{ to }}
