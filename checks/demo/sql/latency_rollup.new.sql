SELECT model, p50, p95 FROM model_latency
