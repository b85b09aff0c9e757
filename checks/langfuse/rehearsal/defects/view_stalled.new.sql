-- The writers of all three tables have stood still for the last day of the data.
ALTER TABLE exp_spans DELETE WHERE event_ts >= '2026-01-06 00:00:00' SETTINGS mutations_sync = 2;
ALTER TABLE exp_trace_properties DELETE WHERE event_ts >= '2026-01-06 00:00:00' SETTINGS mutations_sync = 2;
ALTER TABLE exp_traces_amt DELETE WHERE updated_at >= '2026-01-06 00:00:00' SETTINGS mutations_sync = 2;
