-- Positions were written in the opposite order.

UPDATE brand_metrics
SET brand_positions = ARRAY(SELECT position FROM unnest(brand_positions) AS position ORDER BY position DESC)
WHERE cardinality(brand_positions) > 1;
