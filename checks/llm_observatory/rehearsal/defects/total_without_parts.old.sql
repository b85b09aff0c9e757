-- A price correction changed the totals of a model and not their parts; the aggregates were not refreshed.

UPDATE llm_traces SET total_cost_usd = total_cost_usd + 0.01
WHERE provider = 'openai' AND model = 'gpt-4' AND ts >= '2026-01-08 00:00:00+00' AND ts < '2026-01-09 00:00:00+00';
