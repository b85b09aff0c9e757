-- The writer of properties failed on text beyond ASCII, and was restarted after it.
ALTER TABLE exp_trace_properties DELETE WHERE length(value) != lengthUTF8(value) SETTINGS mutations_sync = 2;
