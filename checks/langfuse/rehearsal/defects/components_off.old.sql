-- Costs of the old side were corrected by hand, after the migration: the parts, and not the total.
ALTER TABLE observations
UPDATE cost_details = mapApply((k, v) -> (k, if(k = 'input', v + toDecimal64('0.01', 12), v)), cost_details)
WHERE mapContains(cost_details, 'input') SETTINGS mutations_sync = 2;
