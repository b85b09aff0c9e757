-- A deterministic shop: as many observations or so, three to a trace, from 2026-01-01 to 2026-01-08. In it: traces and
-- observations written again, types that change, rows that move over midnight, tombstones, duplicate tags, '' and
-- NULL, orphans, late scores. Every number follows from the row's own number and the seed.

INSERT INTO traces
WITH
    cityHash64(number, {{ seed }}) AS h,
    toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + toIntervalMillisecond(h % 604800000) AS at
SELECT
    concat('t', toString(number)),
    at,
    ['checkout', 'search', 'chat', '', 'it''s "quoted"'][1 + h % 5],
    [NULL, '', 'ada', 'bob', 'eve', 'zoë'][1 + intDiv(h, 7) % 6],
    map('stage', 'queued', 'tmp', toString(h % 9), 'model', ['atlas', 'finch'][1 + h % 2]),
    [NULL, '', 'r1', 'r2'][1 + intDiv(h, 11) % 4],
    [NULL, '', 'v1'][1 + intDiv(h, 13) % 3],
    if(number % 2 = 0, 'p1', 'p2'),
    ['default', 'production', 'staging'][1 + intDiv(h, 17) % 3],
    intDiv(h, 19) % 2 = 0,
    false,
    [[], ['beta'], ['beta', 'beta', 'paid'], ['paid', 'ünï'], ['draft']][1 + intDiv(h, 23) % 5],
    [NULL, '', 'what''s a cutover?', '{"role": "user"}'][1 + intDiv(h, 29) % 4],
    concat('answer ', toString(h)),
    [NULL, '', concat('s', toString(number % 9)), concat('s', toString(number % 9))][1 + intDiv(h, 31) % 4],
    at, at + toIntervalSecond(1), at + toIntervalSecond(1), 0
FROM numbers(greatest(60, intDiv({{ rows }}, 3)));

-- Written again: the job is done, a metadata key and a tag are gone, and every eleventh begins on the next day.
INSERT INTO traces
SELECT
    id, timestamp + toIntervalDay(sipHash64(id, {{ seed }}) % 11 = 0 ? 1 : 0), name, user_id,
    mapUpdate(mapFilter((k, v) -> k != 'tmp', metadata), map('stage', 'done')), release, version, project_id, environment,
    public, true, arrayConcat(arrayFilter(tag -> tag != 'draft', tags), ['reviewed']), input, concat(output, ' (final)'),
    session_id, created_at, updated_at + toIntervalMinute(1), event_ts + toIntervalMinute(1), 0
FROM traces
WHERE sipHash64(id, {{ seed }}) % 3 = 0;

INSERT INTO observations
WITH
    cityHash64(t.id, step, {{ seed }}) AS h,
    t.timestamp + toIntervalMillisecond(step * 700 + h % 500) - toIntervalMillisecond(h % 10 = 0 ? 900 : 0) AS at,
    ['GENERATION', 'GENERATION', 'SPAN', 'EVENT'][1 + h % 4] AS kind,
    toDecimal64(toDecimal128(h % 999983, 12) / 10000019, 12) AS cost_in,
    toDecimal64(toDecimal128(h % 99991, 12) / 1000003, 12) AS cost_out
SELECT
    concat('o', t.id, '-', toString(step)), t.id, t.project_id, ['default', 'worker'][1 + intDiv(h, 3) % 2], kind,
    if(step = 0, NULL, concat('o', t.id, '-0')), at,
    if(kind = 'EVENT', NULL, at + toIntervalMillisecond(1 + intDiv(h, 5) % 4000)),
    ['retrieve', 'rank', 'answer'][1 + intDiv(h, 7) % 3],
    map('step', toString(step), 'note', ['', 'naïve'][1 + h % 2]),
    ['DEFAULT', 'DEFAULT', 'DEBUG', 'WARNING', 'ERROR'][1 + intDiv(h, 11) % 5],
    [NULL, '', 'rate limit'][1 + intDiv(h, 13) % 3], NULL,
    concat('q', toString(h)), concat('a', toString(h)),
    if(kind = 'GENERATION', ['atlas', 'finch'][1 + h % 2], NULL), NULL, '{"temperature": 0.2}',
    map(), if(kind = 'GENERATION', map('input', h % 900, 'output', h % 70, 'total', h % 900 + h % 70), map()),
    map(), if(kind = 'GENERATION', map('input', cost_in, 'output', cost_out, 'total', cost_in + cost_out), map()),
    if(kind = 'GENERATION', cost_in + cost_out, NULL),
    if(kind = 'GENERATION', at + toIntervalMillisecond(h % 300), NULL),
    NULL, if(kind = 'GENERATION', ['greet', 'sum up'][1 + intDiv(h, 17) % 2], NULL),
    if(kind = 'GENERATION', toUInt16(1 + intDiv(h, 19) % 3), NULL),
    at, at + toIntervalSecond(2), at + toIntervalSecond(2), 0
FROM (SELECT * FROM traces ORDER BY event_ts LIMIT 1 BY id) AS t
ARRAY JOIN range(sipHash64(t.id, {{ seed }}) % 7) AS step;

-- Observations of traces that never came: orphans.
INSERT INTO observations
SELECT
    concat(id, '-orphan'), concat('lost-', trace_id), project_id, environment, type, NULL, start_time, end_time, name,
    metadata, level, status_message, version, input, output, provided_model_name, internal_model_id, model_parameters,
    provided_usage_details, usage_details, provided_cost_details, cost_details, total_cost, completion_start_time, prompt_id,
    prompt_name, prompt_version, created_at, updated_at, event_ts, 0
FROM observations
WHERE sipHash64(id, {{ seed }}) % 23 = 0;

-- Written again when they end: dearer; a span turns out to be a generation; some begin a day later than was said first.
INSERT INTO observations
SELECT
    id, trace_id, project_id, environment, if(type = 'SPAN', 'GENERATION', type), parent_observation_id,
    start_time + toIntervalDay(sipHash64(id) % 5 = 0 ? 1 : 0), end_time + toIntervalDay(sipHash64(id) % 5 = 0 ? 1 : 0), name, metadata,
    level, status_message, version, input, concat(output, '!'), provided_model_name, internal_model_id, model_parameters,
    provided_usage_details, map('input', 7, 'output', 3, 'total', 10), provided_cost_details,
    map('input', toDecimal64('0.1', 12), 'output', toDecimal64('0.050000000001', 12), 'total', toDecimal64('0.150000000001', 12)),
    toDecimal64('0.150000000001', 12), completion_start_time, prompt_id, prompt_name, prompt_version, created_at,
    updated_at + toIntervalSecond(30), event_ts + toIntervalSecond(30), 0
FROM observations
WHERE sipHash64(id, {{ seed }}) % 4 = 0 AND type != 'EVENT';

INSERT INTO scores
SELECT
    concat('score-', id, '-', toString(n)), timestamp + toIntervalHour(n * 30), project_id, environment, id, NULL, NULL, NULL,
    ['helpful', 'tone'][n], if(n = 1, (sipHash64(id) % 100) / 100, 0), ['API', 'EVAL'][n], NULL, map(), NULL, NULL,
    ['NUMERIC', 'CATEGORICAL'][n], if(n = 1, NULL, ['warm', 'cold'][1 + sipHash64(id, 3) % 2]), NULL,
    timestamp, timestamp + toIntervalHour(n * 30), timestamp + toIntervalHour(n * 30), 0
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY id)
ARRAY JOIN [1, 2] AS n
WHERE sipHash64(id, {{ seed }}, n) % 3 != 0;
-- A score that was given again.
INSERT INTO scores
SELECT * REPLACE (0.5 AS value, event_ts + toIntervalMinute(5) AS event_ts)
FROM scores
WHERE data_type = 'NUMERIC' AND sipHash64(id, {{ seed }}) % 5 = 0;

-- Tombstones. One trace in seventeen goes; half of those leave their observations behind.
INSERT INTO traces
SELECT * REPLACE (event_ts + toIntervalHour(1) AS event_ts, 1 AS is_deleted)
FROM (SELECT * FROM traces ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE sipHash64(id, {{ seed }}, 5) % 17 = 0;
INSERT INTO observations
SELECT * REPLACE (event_ts + toIntervalHour(1) AS event_ts, 1 AS is_deleted)
FROM (SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE sipHash64(id, {{ seed }}, 5) % 19 = 0
    OR (sipHash64(trace_id, {{ seed }}, 5) % 17 = 0 AND sipHash64(trace_id, {{ seed }}, 6) % 2 = 0);
INSERT INTO scores
SELECT * REPLACE (event_ts + toIntervalHour(1) AS event_ts, 1 AS is_deleted)
FROM (SELECT * FROM scores ORDER BY event_ts DESC LIMIT 1 BY id)
WHERE sipHash64(id, {{ seed }}, 5) % 13 = 0;
