-- Late rows for days that were aggregated already, an update that moves a call from UNSET to ERROR, and a deletion.

INSERT INTO llm_traces (ts, trace_id, span_id, span_name, provider, model, input_type, prompt_tokens, completion_tokens, total_tokens,
    prompt_cost_usd, completion_cost_usd, total_cost_usd, duration_ms, status_code, user_id, session_id, environment, attributes)
SELECT timestamptz '2026-01-06 03:00:00+00' + i * interval '17 minutes', 'late-' || i, 'late-' || i, 'llm.chat', 'openai', 'gpt-4', 'text',
    100, 20, 120, 0.00300000, 0.00120000, 0.00420000, 1400 + i, 'OK', 'late-user', 'late-session', 'production', '{"late": true}'
FROM generate_series(0, 19) AS i
ON CONFLICT DO NOTHING;

UPDATE llm_traces SET status_code = 'ERROR', error_message = 'timeout'
WHERE (ts, trace_id, span_id) IN (
    SELECT ts, trace_id, span_id FROM llm_traces
    WHERE status_code = 'UNSET' AND ts < '2026-01-11 00:00:00+00' ORDER BY ts, trace_id LIMIT 1);

DELETE FROM llm_traces
WHERE (ts, trace_id, span_id) IN (
    SELECT ts, trace_id, span_id FROM llm_traces
    WHERE attributes ->> 'kind' = 'spread' ORDER BY ts DESC, trace_id LIMIT 1);
