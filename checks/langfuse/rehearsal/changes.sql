-- Life goes on after the first migration: late rows, corrections and deletions, which the migration follows.

INSERT INTO traces
SELECT * REPLACE (
    'renamed' AS name, ['late'] AS tags, mapUpdate(metadata, map('stage', 'archived')) AS metadata,
    updated_at + toIntervalMinute(10) AS updated_at, event_ts + toIntervalMinute(10) AS event_ts)
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE is_deleted = 0 AND sipHash64(id, {{ seed }}, 7) % 13 = 0;

INSERT INTO observations
SELECT * REPLACE (
    toDecimal64('0.3', 12) AS total_cost, map('total', toDecimal64('0.3', 12)) AS cost_details, 'ERROR' AS level,
    updated_at + toIntervalMinute(10) AS updated_at, event_ts + toIntervalMinute(10) AS event_ts)
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE is_deleted = 0 AND type = 'GENERATION' AND sipHash64(id, {{ seed }}, 7) % 11 = 0;

-- Late: an observation that arrives after its trace was migrated.
INSERT INTO observations
SELECT * REPLACE (
    concat(id, '-late') AS id, start_time + toIntervalMillisecond(40) AS start_time,
    updated_at + toIntervalMinute(20) AS updated_at, event_ts + toIntervalMinute(20) AS event_ts)
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE is_deleted = 0 AND sipHash64(id, {{ seed }}, 8) % 17 = 0;

INSERT INTO traces
SELECT * REPLACE (event_ts + toIntervalHour(2) AS event_ts, 1 AS is_deleted)
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE is_deleted = 0 AND sipHash64(id, {{ seed }}, 9) % 23 = 0;
INSERT INTO observations
SELECT * REPLACE (event_ts + toIntervalHour(2) AS event_ts, 1 AS is_deleted)
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE is_deleted = 0 AND sipHash64(id, {{ seed }}, 9) % 23 = 0;
