SELECT project_id, id, newest, uniqExact(story) AS stories
FROM (
    SELECT
        project_id, id, event_ts, max(event_ts) OVER (PARTITION BY project_id, id) AS newest,
        toString(tuple(* EXCEPT (created_at, updated_at))) AS story
    FROM observations
    WHERE (project_id, id) IN (SELECT project_id, id FROM observations
    WHERE ({{ project }} = '' OR project_id = {{ project }})
        AND event_ts >= {{ from }} AND event_ts < {{ to }})
)
WHERE event_ts = newest
GROUP BY project_id, id, newest
HAVING stories > 1
