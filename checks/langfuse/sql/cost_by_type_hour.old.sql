WITH
    -- Every version of what has a version in the window; then the newest, tombstones left out after that choice.
    spans AS (
        SELECT * FROM (
            SELECT * FROM observations
            WHERE (project_id, id) IN (SELECT project_id, id FROM observations
            WHERE ({{ project }} = '' OR project_id = {{ project }})
                AND start_time >= {{ from }} AND start_time < {{ to }})
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0 AND start_time >= {{ from }} AND start_time < {{ to }}
    )
SELECT
    project_id, toStartOfHour(spans.start_time) AS hour, toString(spans.type) AS type,
    count() AS observations, sum(ifNull(toDecimal128(total_cost, 12), 0)) AS cost
FROM spans
GROUP BY project_id, hour, type
