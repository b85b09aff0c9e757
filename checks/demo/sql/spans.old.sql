SELECT id, trace_id, kind, model, started_at, day, latency_ms, input_tokens, output_tokens,
       CASE WHEN cost_nanos IS NOT NULL
            THEN printf('%d.%09d', cost_nanos / 1000000000, cost_nanos % 1000000000) END AS cost
FROM observations
