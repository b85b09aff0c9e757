-- A count was created as an int4, which ends at two thousand million.

ALTER TABLE llm_metrics_1day ALTER COLUMN request_count TYPE integer;
