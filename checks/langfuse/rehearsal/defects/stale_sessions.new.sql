-- The join that added sessions took any version of a trace.
ALTER TABLE exp_traces_amt UPDATE session_id = 's0' WHERE session_id = 's2' SETTINGS mutations_sync = 2;
