-- Whom an incident hit was counted as calls, not as users.

UPDATE llm_error_summary SET affected_users = error_count;
