-- Prompt and completion were taken for one another in the hourly view.

UPDATE llm_metrics_1hour SET total_prompt_tokens = total_completion_tokens, total_completion_tokens = total_prompt_tokens,
    total_prompt_cost = total_completion_cost, total_completion_cost = total_prompt_cost;
