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
    project_id, id, trace_id, parent_observation_id AS parent_id, toString(type) AS type, toString(environment) AS environment,
    name, start_time, end_time, toString(level) AS level, status_message, version, provided_model_name AS model, model_parameters,
    CAST(metadata, 'Map(String, String)') AS metadata,
    CAST(usage_details, 'Map(String, UInt64)') AS usage_details, CAST(cost_details, 'Map(String, Decimal(38, 12))') AS cost_details,
    toDecimal128(total_cost, 12) AS total_cost, completion_start_time, prompt_id, prompt_name, prompt_version,
    cityHash64(ifNull(input, '')) AS input_hash, cityHash64(ifNull(output, '')) AS output_hash
FROM spans
