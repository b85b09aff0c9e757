SELECT *
FROM exp_spans FINAL
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND trace_id = if({{ trace }} != '', {{ trace }}, (SELECT any(id) FROM (SELECT id FROM exp_traces_amt
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND name IS NOT NULL LIMIT 1)))
