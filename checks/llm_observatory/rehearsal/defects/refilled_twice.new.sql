-- The error summary was copied into a table, and the copy ran twice.

INSERT INTO llm_error_summary SELECT * FROM llm_error_summary;
