-- The column was renamed and the writer was not: every span is a root.
ALTER TABLE exp_spans UPDATE parent_span_id = NULL WHERE 1 SETTINGS mutations_sync = 2;
