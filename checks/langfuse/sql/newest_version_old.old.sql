SELECT project_id, id, event_ts, uniqExact(type, start_time, end_time, total_cost, level, is_deleted) AS stories
FROM observations
WHERE (project_id, id) IN (SELECT project_id, id FROM observations WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }})
GROUP BY project_id, id, event_ts
HAVING stories > 1
ORDER BY event_ts DESC
LIMIT 1 BY project_id, id
