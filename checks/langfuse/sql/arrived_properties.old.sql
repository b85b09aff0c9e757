SELECT project_id, id AS trace_id, tupleElement(pair, 1) AS property, tupleElement(pair, 2) AS value, event_ts
FROM (
    SELECT project_id, id, tags, user_id, session_id, event_ts, is_deleted
    FROM traces
    WHERE (project_id, id) IN (SELECT project_id, id FROM traces
    WHERE ({{ project }} = '' OR project_id = {{ project }})
        AND event_ts >= {{ from }} AND event_ts < {{ to }})
    ORDER BY event_ts DESC LIMIT 1 BY project_id, id
)
ARRAY JOIN arrayConcat(
    arrayMap(tag -> ('tag', tag), arrayDistinct(tags)),
    [('user_id', ifNull(user_id, '')), ('session_id', ifNull(session_id, ''))]
) AS pair
WHERE is_deleted = 0 AND event_ts >= {{ from }} AND event_ts < {{ to }} AND (property = 'tag' OR value != '')
