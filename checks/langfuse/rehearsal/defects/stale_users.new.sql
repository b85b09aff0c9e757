-- The join that added users took any version of a trace: some users are those of yesterday.
ALTER TABLE exp_traces_amt UPDATE user_id = 'ada' WHERE user_id = 'bob' SETTINGS mutations_sync = 2;
