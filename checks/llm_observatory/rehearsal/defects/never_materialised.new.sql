-- The views were created WITH NO DATA on 2026-01-10 at 13:00, and the refresh policy begins an hour back: history was
-- never filled in.

DELETE FROM llm_metrics_1min WHERE bucket < '2026-01-10 12:00:00+00';
DELETE FROM llm_metrics_1hour WHERE bucket < '2026-01-10 12:00:00+00';
DELETE FROM llm_metrics_1day WHERE bucket < '2026-01-10 00:00:00+00';
DELETE FROM llm_error_summary WHERE bucket < '2026-01-10 12:00:00+00';
