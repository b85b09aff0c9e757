-- An hour of one model was deleted from the raw spans and lives on in the aggregates.

DELETE FROM llm_traces WHERE provider = 'google' AND model = 'gemini-pro' AND ts >= '2026-01-06 06:00:00+00' AND ts < '2026-01-06 07:00:00+00';
