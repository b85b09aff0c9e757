SELECT project_id, value AS tag, uniqExact(trace_id) AS traces
FROM exp_trace_properties FINAL
WHERE property = 'tag'
    AND (project_id, trace_id) IN (SELECT project_id, id FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }})
        AND start_time >= {{ from }} AND start_time < {{ to }})
GROUP BY project_id, tag
