-- Costs were summed as 64-bit floats and cut at twelve digits: the last one is off.
ALTER TABLE exp_traces_amt
UPDATE cost_details = mapApply((k, v) -> (k, toDecimal128(toFloat64(v), 12)), cost_details)
WHERE 1 SETTINGS mutations_sync = 2;
