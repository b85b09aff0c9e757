-- The cost of the output was added to the input: totals agree, the parts do not, and nothing adds up within a span.
ALTER TABLE exp_spans
UPDATE cost_details = mapApply((k, v) -> (k, if(k = 'input', v + v, v)), cost_details)
WHERE mapContains(cost_details, 'input') SETTINGS mutations_sync = 2;
