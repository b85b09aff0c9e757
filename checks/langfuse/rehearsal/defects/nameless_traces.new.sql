-- An empty name was mapped to NULL, so its traces look like orphans.
ALTER TABLE exp_traces_amt UPDATE name = NULL WHERE name = '' SETTINGS mutations_sync = 2;
