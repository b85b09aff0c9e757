SELECT span_id, trace_id, kind, model, started_at, day, latency_ms, input_tokens, output_tokens, cost
FROM spans
