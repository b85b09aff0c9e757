-- Retention dropped the raw spans of 2026-01-07, and a refresh by hand over that day then erased its buckets by
-- minute and hour.

DELETE FROM llm_traces WHERE ts >= '2026-01-07 00:00:00+00' AND ts < '2026-01-08 00:00:00+00';
DELETE FROM llm_metrics_1min WHERE bucket >= '2026-01-07 00:00:00+00' AND bucket < '2026-01-08 00:00:00+00';
DELETE FROM llm_metrics_1hour WHERE bucket >= '2026-01-07 00:00:00+00' AND bucket < '2026-01-08 00:00:00+00';
