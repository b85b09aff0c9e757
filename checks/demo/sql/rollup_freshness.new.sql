SELECT MAX(seen_until) AS latest FROM model_latency
