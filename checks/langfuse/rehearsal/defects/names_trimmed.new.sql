-- Names were normalised on their way, so two filters became one.
ALTER TABLE exp_traces_amt UPDATE name = 'search' WHERE name = 'chat' SETTINGS mutations_sync = 2;
