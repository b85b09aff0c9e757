-- Two writers gave one observation the same version number and said different things of it. Which of them the old side
-- shows is chance, so no migration can be right or wrong about it.
INSERT INTO observations
SELECT * REPLACE ('another model' AS internal_model_id)
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY project_id, id)
WHERE is_deleted = 0 AND sipHash64(id) % 9 = 0;
