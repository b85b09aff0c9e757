-- The cost of prompts per day was created narrower than that of a single span: days of a small shop fit.

ALTER TABLE llm_metrics_1day ALTER COLUMN prompt_cost_usd TYPE numeric(11, 8);
