WITH
    given AS (
        SELECT * FROM (
            SELECT project_id, id, assumeNotNull(trace_id) AS trace_id, name, value, data_type, string_value, is_deleted, event_ts
            FROM scores WHERE trace_id IS NOT NULL AND ({{ project }} = '' OR project_id = {{ project }})
            ORDER BY event_ts DESC LIMIT 1 BY project_id, id
        ) WHERE is_deleted = 0
    ),
    heads AS (
        SELECT project_id, id AS trace_id, assumeNotNull(name) AS name
        FROM exp_traces_amt FINAL
        WHERE ({{ project }} = '' OR project_id = {{ project }}) AND start_time >= {{ from }} AND start_time < {{ to }}
            AND exp_traces_amt.name IS NOT NULL
    )
SELECT
    project_id, heads.name AS trace_name,
    if(data_type = 'CATEGORICAL', concat(given.name, ':', ifNull(string_value, '')), given.name) AS score,
    count() AS scores, avg(if(data_type = 'CATEGORICAL', NULL, value)) AS average
FROM given
INNER JOIN heads USING (project_id, trace_id)
GROUP BY project_id, trace_name, score
