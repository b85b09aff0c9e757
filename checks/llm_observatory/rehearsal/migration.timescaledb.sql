-- Refreshes the continuous aggregates over everything.

CALL refresh_continuous_aggregate('llm_metrics_1min', NULL, NULL);
CALL refresh_continuous_aggregate('llm_metrics_1hour', NULL, NULL);
CALL refresh_continuous_aggregate('llm_metrics_1day', NULL, NULL);
CALL refresh_continuous_aggregate('llm_error_summary', NULL, NULL);

-- A counter per hour. Its primary key lacks the environment, so a writer has to keep environments apart by their timestamps.
DELETE FROM llm_metrics;
INSERT INTO llm_metrics (ts, metric_name, metric_type, provider, model, environment, value)
SELECT date_trunc('hour', ts, 'UTC')
        + CASE environment WHEN 'production' THEN interval '0' WHEN 'staging' THEN interval '1 ms' ELSE interval '2 ms' END,
    'request_count', 'counter', provider, model, environment, COUNT(*)
FROM llm_traces
GROUP BY 1, provider, model, environment;
