-- Without a trace of yours, the first at hand.
SELECT *
FROM traces
WHERE ({{ project }} = '' OR project_id = {{ project }})
    AND id = if({{ trace }} != '', {{ trace }}, (SELECT any(id) FROM (SELECT id FROM traces
    WHERE ({{ project }} = '' OR project_id = {{ project }}) LIMIT 1)))
ORDER BY event_ts DESC
LIMIT 1 BY project_id, id
