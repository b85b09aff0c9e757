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
    project_id, prompt_name, prompt_version,
    count() AS generations,
    medianExact(dateDiff('millisecond', start_time, end_time)) AS median_latency_ms,
    medianExact(ifNull(toDecimal128(total_cost, 12), 0)) AS median_cost,
    medianExact(usage_details['total']) AS median_usage
FROM spans
WHERE type = 'GENERATION' AND prompt_name != ''
GROUP BY project_id, prompt_name, prompt_version
