-- Usage came from the first version of an observation, cost from the last.
ALTER TABLE exp_traces_amt UPDATE usage_details = mapApply((k, v) -> (k, v + 1), usage_details) WHERE 1 SETTINGS mutations_sync = 2;
