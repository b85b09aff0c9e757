-- One day's cost was added to itself by an increment that ran twice.

UPDATE llm_metrics_1day SET total_cost_usd = total_cost_usd * 2 WHERE bucket = '2026-01-09 00:00:00+00';
