-- The key that keeps one price per model and date was not created.

ALTER TABLE model_pricing DROP CONSTRAINT model_pricing_provider_model_effective_date_key;
