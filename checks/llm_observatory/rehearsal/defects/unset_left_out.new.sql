-- The error summary was built for ERROR alone: UNSET is in neither view.

DELETE FROM llm_error_summary WHERE status_code = 'UNSET';
