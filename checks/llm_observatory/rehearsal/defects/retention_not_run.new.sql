-- The retention policy was never created, and last summer's spans are still there.

INSERT INTO llm_traces (ts, trace_id, span_id, span_name, provider, model, input_type, prompt_tokens, completion_tokens, total_tokens,
    prompt_cost_usd, completion_cost_usd, total_cost_usd, duration_ms, status_code, user_id, session_id, environment)
SELECT timestamptz '2025-08-01 07:00:10+00' + i * interval '1 second', 'later-' || i, 'later-' || i, 'llm.chat', 'openai', 'gpt-4', 'text',
    100, 20, 120, 0.003, 0.0012, 0.0042, 1400, 'OK', 'user-1', 'session-1', 'production'
FROM generate_series(0, 4) AS i
ON CONFLICT DO NOTHING;
