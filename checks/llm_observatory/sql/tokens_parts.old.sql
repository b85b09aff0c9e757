SELECT 'llm_metrics_1hour' AS view, date_trunc('hour', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, environment,
    SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('hour', ts, 'UTC'), provider, model, environment
UNION ALL
SELECT 'llm_metrics_1day' AS view, date_trunc('day', ts, 'UTC') AS bucket, provider, model, NULL::text AS status_code, NULL::text AS environment,
    SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
GROUP BY date_trunc('day', ts, 'UTC'), provider, model
