SELECT id, trace_id, kind, model, started_at, day, latency_ms, input_tokens, output_tokens,
       cost_nanos * 0.000000001 AS cost
FROM observations
