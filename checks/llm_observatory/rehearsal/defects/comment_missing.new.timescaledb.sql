-- A comment failed, as COMMENT ON MATERIALIZED VIEW does on a continuous aggregate, and was left out.

COMMENT ON VIEW llm_metrics_1min IS NULL;
