-- anyLast took the environment of whatever row came last: an observation's instead of the trace's own.
ALTER TABLE exp_traces_amt UPDATE environment = 'default' WHERE 1 SETTINGS mutations_sync = 2;
