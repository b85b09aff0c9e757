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
    project_id, id, total_cost,
    arraySum(mapValues(mapFilter((k, v) -> k ILIKE '%input%' OR k ILIKE '%output%', CAST(cost_details, 'Map(String, Decimal(38, 12))')))) AS parts
FROM spans
WHERE mapContains(cost_details, 'total') AND (mapContains(cost_details, 'input') OR mapContains(cost_details, 'output'))
    AND parts != toDecimal128(cost_details['total'], 12)
