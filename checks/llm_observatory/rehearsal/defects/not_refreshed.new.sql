-- Real-time aggregation is off and the refresh jobs stopped on the evening of 2026-01-10: the latest buckets are
-- absent.

DELETE FROM llm_metrics_1min WHERE bucket >= '2026-01-11 00:00:00+00';
DELETE FROM llm_metrics_1hour WHERE bucket >= '2026-01-11 00:00:00+00';
DELETE FROM llm_metrics_1day WHERE bucket >= '2026-01-11 00:00:00+00';
DELETE FROM llm_error_summary WHERE bucket >= '2026-01-11 00:00:00+00';
