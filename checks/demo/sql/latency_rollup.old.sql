SELECT model, latency_ms
FROM observations
WHERE kind = 'generation'
