SELECT 'exp_spans' AS table_name, max(event_ts) AS latest FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND start_time >= {{ from }}
UNION ALL
SELECT 'exp_traces_amt' AS table_name, max(updated_at) AS latest FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND start_time >= {{ from }}
UNION ALL
SELECT 'exp_trace_properties' AS table_name, max(event_ts) AS latest FROM exp_trace_properties FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
