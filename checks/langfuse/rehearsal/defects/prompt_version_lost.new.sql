-- Versions of prompts beyond the second were written as the second.
ALTER TABLE exp_spans UPDATE prompt_version = 2 WHERE prompt_version = 3 SETTINGS mutations_sync = 2;
