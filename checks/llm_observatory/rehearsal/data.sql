-- Raw spans with known shapes of latency, from 2026-01-05 (a Monday) to 2026-01-13, all times UTC:
--   bursts  six in ten of the rows: 6 models, 5 minutes each, status OK, one shape of latency per model
--   spread  four in ten, evenly over 2026-01-05 to 2026-01-11 00:00: NULL environments, users, tokens and costs, ERROR, UNSET, calls above 46 s
--   edge    the hour after the window's end at 2026-01-11 00:00
--   quiet   2026-01-11: one call per hour and model, all OK, each day's users their own: nothing that re-aggregation could get wrong
--   tail    2026-01-12 01:00 to 2026-01-14 00:00: what freshness is measured by
--   fixed   the seven rows of the migration's own test
--   recent  a call every ten seconds of the five hours around now, for the views that look back from now(); whole hours, so that two
--           databases filled one after the other hold the same

CREATE OR REPLACE FUNCTION pg_temp.unit(i bigint, salt text, seed bigint) RETURNS float8 IMMUTABLE LANGUAGE sql AS
    'SELECT ((''x'' || substr(md5(i || salt || seed), 1, 8))::bit(32)::bigint + 0.5) / 4294967296.0';

CREATE OR REPLACE FUNCTION pg_temp.latency(shape text, i bigint, seed bigint) RETURNS integer IMMUTABLE LANGUAGE sql AS
    'SELECT greatest(1, CASE shape
         WHEN ''normal'' THEN 1500 + 300 * g
         WHEN ''lognormal_half'' THEN 1000 * exp(0.5 * g)
         WHEN ''lognormal'' THEN 1000 * exp(g)
         WHEN ''exponential'' THEN -2000 * ln(u)
         WHEN ''bimodal'' THEN CASE WHEN u < 0.8 THEN 300 + 15 * g ELSE 8000 + 400 * g END
         ELSE 250 END)::integer
     FROM (SELECT sqrt(-2 * ln(pg_temp.unit(i, ''a'', seed))) * cos(2 * pi() * pg_temp.unit(i, ''b'', seed)) AS g,
                  pg_temp.unit(i, ''c'', seed) AS u) AS drawn';

CREATE TEMPORARY TABLE shapes (at integer, provider text, model text, shape text, price numeric);
INSERT INTO shapes VALUES
    (0, 'openai', 'gpt-4', 'normal', 0.00003),
    (1, 'openai', 'gpt-3.5-turbo', 'lognormal_half', 0.0000015),
    (2, 'anthropic', 'claude-3-opus', 'lognormal', 0.000015),
    (3, 'google', 'gemini-pro', 'exponential', 0.00000025),
    (4, 'anthropic', 'claude-3-sonnet', 'bimodal', 0.000003),
    (5, 'openai', 'text-embedding', 'constant', 0.0000001);

CREATE TEMPORARY TABLE spans (kind text, i bigint, at integer, ts timestamptz);
INSERT INTO spans
SELECT 'burst', i, i % 6,
    timestamptz '2026-01-05 12:00:00+00' + (i / 6 % 5) * interval '1 day'
        + (i / 30) * (interval '59 seconds' / greatest({{ rows }} * 6 / 10 / 30, 1))
FROM generate_series(0, {{ rows }} * 6 / 10 - 1) AS i;
INSERT INTO spans
SELECT 'spread', 1000000000 + i, i % 6,
    timestamptz '2026-01-05 00:00:00+00' + i * (interval '6 days' / greatest({{ rows }} * 4 / 10, 1))
FROM generate_series(0, {{ rows }} * 4 / 10 - 1) AS i;
INSERT INTO spans SELECT 'edge', 2000000000 + i, i, timestamptz '2026-01-11 00:00:00+00' + i * interval '5 minutes' FROM generate_series(0, 5) AS i;
INSERT INTO spans SELECT 'quiet', 3000000000 + i, i % 6, timestamptz '2026-01-11 01:30:00+00' + (i / 6) * interval '1 hour' FROM generate_series(0, 137) AS i;
INSERT INTO spans SELECT 'tail', 4000000000 + i, i % 6, timestamptz '2026-01-12 01:00:30+00' + i * interval '2 minutes' FROM generate_series(0, 1409) AS i;
INSERT INTO spans
SELECT 'recent', 5000000000 + tick, tick % 6, to_timestamp(tick * 10)
FROM (SELECT extract(epoch FROM date_trunc('hour', now()))::bigint / 10 AS hour) AS clock,
    generate_series(hour - 2 * 360, hour + 3 * 360 - 1) AS tick;

INSERT INTO llm_traces (ts, trace_id, span_id, span_name, span_kind, provider, model, input_type, input_text, output_text, finish_reason,
    prompt_tokens, completion_tokens, total_tokens, prompt_cost_usd, completion_cost_usd, total_cost_usd, duration_ms, ttft_ms,
    status_code, error_message, user_id, session_id, environment, tags, attributes, sampled, sample_rate)
SELECT ts, md5('trace' || i), substr(md5('span' || i), 1, 16), 'llm.chat.completion', 'client', provider, model, 'text', 'in', 'out', 'stop',
    prompt, completion, prompt + completion,
    round(prompt * price, 8), round(completion * price * 2, 8), round(prompt * price, 8) + round(completion * price * 2, 8),
    -- Calls above 46 seconds: their square does not fit an int4.
    CASE WHEN kind = 'spread' AND i % 97 = 3 THEN 46341 + (i % 60000)::integer ELSE pg_temp.latency(shape, i, {{ seed }}) END,
    CASE WHEN i % 4 <> 0 THEN pg_temp.latency('constant', i, {{ seed }}) END,
    status, CASE status WHEN 'ERROR' THEN (ARRAY['rate limited', 'context too long', 'timeout'])[1 + i % 3] END,
    CASE WHEN kind = 'quiet' THEN 'quiet-' || (i % 6) || '-' || (i % 20) WHEN i % 9 <> 0 THEN 'user-' || (i % 23) END,
    CASE WHEN i % 7 <> 0 THEN 'session-' || (i / 5 % 61) END,
    CASE WHEN kind IN ('burst', 'quiet') THEN 'production' WHEN i % 5 = 0 THEN NULL WHEN i % 5 = 1 THEN 'staging' ELSE 'production' END,
    ARRAY['rehearsal', kind], jsonb_build_object('kind', kind), true, 1.0
FROM (
    SELECT kind, i, ts, provider, model, shape, price,
        CASE WHEN kind = 'spread' AND i % 29 = 5 THEN NULL ELSE (50 + pg_temp.unit(i, 'p', {{ seed }}) * 900)::integer END AS prompt,
        CASE WHEN kind = 'spread' AND i % 29 = 5 THEN NULL ELSE (10 + pg_temp.unit(i, 'q', {{ seed }}) * 400)::integer END AS completion,
        CASE WHEN kind IN ('burst', 'quiet') THEN 'OK' WHEN i % 23 = 4 THEN 'ERROR' WHEN i % 31 = 7 THEN 'UNSET' ELSE 'OK' END AS status
    FROM spans JOIN shapes USING (at)
) AS drawn;

INSERT INTO llm_traces (ts, trace_id, span_id, span_name, provider, model, input_type, total_tokens, prompt_cost_usd,
    completion_cost_usd, total_cost_usd, duration_ms, status_code, environment)
SELECT ts::timestamptz, trace_id, span_id, 'llm.chat', provider, model, 'text', tokens, cost, 0, cost, duration, status, environment
FROM (VALUES
    ('2026-01-07 10:00:05+00', 'fixed-1', 'span-1', 'openai', 'gpt-4', 150, 0.0045, 1234, 'OK', 'production'),
    ('2026-01-07 10:01:05+00', 'fixed-2', 'span-2', 'openai', 'gpt-4', 180, 0.0054, 1456, 'OK', 'production'),
    ('2026-01-07 10:02:05+00', 'fixed-3', 'span-3', 'anthropic', 'claude-3-opus', 300, 0.090, 2345, 'OK', 'production'),
    ('2026-01-07 10:03:05+00', 'fixed-4', 'span-4', 'openai', 'gpt-4', 50, 0.0015, 567, 'ERROR', 'production'),
    ('2026-01-07 10:04:05+00', 'fixed-5', 'span-5', 'openai', 'gpt-3.5-turbo', 120, 0.00036, 890, 'OK', 'staging'),
    ('2026-01-07 08:00:05+00', 'fixed-6', 'span-6', 'google', 'gemini-pro', 225, 0.00225, 1111, 'OK', 'production'),
    ('2026-01-06 09:00:05+00', 'fixed-7', 'span-7', 'anthropic', 'claude-3-sonnet', 270, 0.0189, 1678, 'OK', 'production')
) AS fixed (ts, trace_id, span_id, provider, model, tokens, cost, duration, status, environment);

DROP TABLE spans;
DROP TABLE shapes;
