-- A cascade that stopped half-way: of deleted traces the row is gone and the properties are not. And on the same days as
-- many living traces lost theirs, so every count per day is right.
INSERT INTO exp_trace_properties
SELECT project_id, id, 'session_id', concat('gone-', id), event_ts, 0
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
WHERE is_deleted = 1;
ALTER TABLE exp_trace_properties DELETE WHERE (project_id, trace_id) IN (
    SELECT project_id, id FROM (
        SELECT project_id, id, day, row_number() OVER (PARTITION BY day ORDER BY id) AS place
        FROM (SELECT *, toDate(timestamp) AS day FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
        WHERE is_deleted = 0 AND (notEmpty(tags) OR user_id != '' OR session_id != '')
    ) AS living
    INNER JOIN (
        SELECT day, count() AS gone
        FROM (SELECT *, toDate(timestamp) AS day FROM traces ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
        WHERE is_deleted = 1
        GROUP BY day
    ) AS deleted USING (day)
    WHERE place <= gone
) SETTINGS mutations_sync = 2;
