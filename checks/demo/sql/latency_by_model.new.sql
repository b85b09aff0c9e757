SELECT model, latency_ms
FROM spans
WHERE kind = 'generation'
