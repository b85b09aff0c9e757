-- The sample became the message of the first error by time instead of by the alphabet.

UPDATE llm_error_summary SET sample_error_message = 'timeout' WHERE status_code = 'ERROR';
