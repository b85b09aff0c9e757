-- COALESCE(SUM(total_tokens), 0): minutes without any token count show none instead of unknown.

UPDATE llm_metrics_1min SET total_tokens = COALESCE(total_tokens, 0);
