-- An index was dropped for a load and never built again, and another lost its filter.

DROP INDEX idx_traces_provider_model;
DROP INDEX idx_traces_errors;
CREATE INDEX idx_traces_errors ON llm_traces (ts DESC, provider, model);
