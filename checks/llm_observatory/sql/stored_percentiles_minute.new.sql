-- Through JSON, so that a view without these columns is no error: with exact_percentiles = false no row is read.
SELECT bucket, provider, model, status_code,
    (to_jsonb(stored) ->> 'p50_duration_ms')::float8 AS p50,
    (to_jsonb(stored) ->> 'p95_duration_ms')::float8 AS p95,
    (to_jsonb(stored) ->> 'p99_duration_ms')::float8 AS p99
FROM llm_metrics_1min AS stored
WHERE bucket >= {{ from }} AND bucket < {{ to }} AND {{ exact_percentiles }}
