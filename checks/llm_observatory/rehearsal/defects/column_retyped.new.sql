-- Costs were created as floats.

ALTER TABLE model_pricing ALTER COLUMN prompt_cost_per_1k TYPE double precision;
