SELECT 'exp_spans' AS table_name, project_id, id, count() AS copies
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
GROUP BY project_id, id
HAVING copies > 1
UNION ALL
SELECT 'exp_traces_amt' AS table_name, project_id, id, count() AS copies
FROM exp_traces_amt FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
GROUP BY project_id, id
HAVING copies > 1
UNION ALL
SELECT 'exp_trace_properties' AS table_name, project_id, concat(property, '=', value, ' of ', trace_id) AS id, count() AS copies
FROM exp_trace_properties FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
GROUP BY project_id, property, value, trace_id
HAVING copies > 1
