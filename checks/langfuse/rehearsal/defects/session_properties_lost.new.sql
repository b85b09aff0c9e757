-- Sessions were left out of the properties.
ALTER TABLE exp_trace_properties DELETE WHERE property = 'session_id' SETTINGS mutations_sync = 2;
