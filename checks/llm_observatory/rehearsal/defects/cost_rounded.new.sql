-- Costs went through a tool that keeps six digits, the tolerance of the published test.

UPDATE llm_metrics_1hour SET total_cost_usd = round(total_cost_usd, 6);
