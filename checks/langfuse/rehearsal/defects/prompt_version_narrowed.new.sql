-- The version of a prompt was created as UInt8: every version of today fits, and the 256th becomes 0.
ALTER TABLE exp_spans MODIFY COLUMN prompt_version Nullable(UInt8) SETTINGS mutations_sync = 2, alter_sync = 2;
