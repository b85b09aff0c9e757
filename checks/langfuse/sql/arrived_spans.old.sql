SELECT project_id, id, event_ts
FROM (
    SELECT project_id, id, event_ts, is_deleted
    FROM observations
    WHERE (project_id, id) IN (SELECT project_id, id FROM observations
    WHERE ({{ project }} = '' OR project_id = {{ project }})
        AND event_ts >= {{ from }} AND event_ts < {{ to }})
    ORDER BY event_ts DESC LIMIT 1 BY project_id, id
)
WHERE is_deleted = 0 AND event_ts >= {{ from }} AND event_ts < {{ to }}
