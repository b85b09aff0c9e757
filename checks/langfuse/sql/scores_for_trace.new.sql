WITH
    given AS (
        SELECT * FROM (
            SELECT * REPLACE (assumeNotNull(trace_id) AS trace_id)
            FROM scores WHERE trace_id IS NOT NULL AND ({{ project }} = '' OR project_id = {{ project }})
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    )
SELECT project_id, id, trace_id, given.name AS name, value, data_type, string_value, source, comment
FROM given
INNER JOIN (
    SELECT project_id, id AS trace_id
    FROM exp_traces_amt FINAL
    WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
        AND name IS NOT NULL
) AS shown USING (project_id, trace_id)
