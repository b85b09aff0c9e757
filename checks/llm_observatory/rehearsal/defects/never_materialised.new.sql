-- The views were created WITH NO DATA, and the refresh policy begins an hour back: history was never filled in.

DELETE FROM llm_metrics_1min WHERE bucket < '2026-01-13 23:00:00+00';
DELETE FROM llm_metrics_1hour WHERE bucket < '2026-01-13 23:00:00+00';
DELETE FROM llm_metrics_1day WHERE bucket < '2026-01-13 23:00:00+00';
DELETE FROM llm_error_summary WHERE bucket < '2026-01-13 23:00:00+00';
