-- Five calls arrived after the last refresh of their buckets, and five of other hours of that day were deleted: the day has as many as it had.

INSERT INTO llm_traces (ts, trace_id, span_id, span_name, provider, model, input_type, prompt_tokens, completion_tokens, total_tokens,
    prompt_cost_usd, completion_cost_usd, total_cost_usd, duration_ms, status_code, user_id, session_id, environment)
SELECT timestamptz '2026-01-08 07:00:10+00' + i * interval '1 second', 'later-' || i, 'later-' || i, 'llm.chat', 'openai', 'gpt-4', 'text',
    100, 20, 120, 0.003, 0.0012, 0.0042, 1400, 'OK', 'user-1', 'session-1', 'production'
FROM generate_series(0, 4) AS i;
DELETE FROM llm_traces WHERE span_id IN (
    SELECT span_id FROM llm_traces
    WHERE ts >= '2026-01-08 09:00:00+00' AND ts < '2026-01-09 00:00:00+00' AND provider = 'openai' AND model = 'gpt-4' AND status_code = 'OK'
    ORDER BY ts, span_id LIMIT 5);
