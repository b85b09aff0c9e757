-- The refresh of one hour failed and was never repeated.

DELETE FROM llm_metrics_1min WHERE bucket >= '2026-01-09 02:00:00+00' AND bucket < '2026-01-09 03:00:00+00';
DELETE FROM llm_metrics_1hour WHERE bucket >= '2026-01-09 02:00:00+00' AND bucket < '2026-01-09 03:00:00+00';
