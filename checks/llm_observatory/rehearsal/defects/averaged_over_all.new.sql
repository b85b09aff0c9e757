-- Averages were computed as sums divided by all calls, those without a value included.

UPDATE llm_metrics_1day SET avg_prompt_tokens = total_prompt_tokens::numeric / request_count, avg_cost_per_request = total_cost_usd / request_count;
