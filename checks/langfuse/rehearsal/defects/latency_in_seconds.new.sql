-- The end of a trace was kept in whole seconds.
ALTER TABLE exp_traces_amt UPDATE end_time = toStartOfSecond(end_time) WHERE end_time IS NOT NULL SETTINGS mutations_sync = 2;
