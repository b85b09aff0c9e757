-- llm_metrics was created with the 12 columns that the documents tell of.

ALTER TABLE llm_metrics DROP COLUMN tags;
