-- Warnings became plain observations, because the new writer knew three levels only.
ALTER TABLE exp_spans UPDATE level = 'DEFAULT' WHERE level = 'WARNING' SETTINGS mutations_sync = 2;
