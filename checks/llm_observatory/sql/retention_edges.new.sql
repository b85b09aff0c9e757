-- A chunk is dropped when all of it is too old, by a job that runs once a day: a day and a chunk more may be there, of one day for raw spans and ten for an aggregate.
SELECT 'llm_traces' AS object, MIN(ts) AS oldest, {{ as_of }} - interval '90 days' - interval '2 days' AS expected
FROM llm_traces
HAVING MIN(ts) < {{ as_of }} - interval '90 days' - interval '2 days'
UNION ALL
SELECT 'llm_metrics_1min', MIN(bucket), {{ as_of }} - interval '37 days' - interval '11 days'
FROM llm_metrics_1min
HAVING MIN(bucket) < {{ as_of }} - interval '37 days' - interval '11 days'
UNION ALL
SELECT 'llm_metrics_1hour', MIN(bucket), {{ as_of }} - interval '210 days' - interval '11 days'
FROM llm_metrics_1hour
HAVING MIN(bucket) < {{ as_of }} - interval '210 days' - interval '11 days'
UNION ALL
SELECT 'llm_metrics_1day', MIN(bucket), {{ as_of }} - interval '1095 days' - interval '11 days'
FROM llm_metrics_1day
HAVING MIN(bucket) < {{ as_of }} - interval '1095 days' - interval '11 days'
UNION ALL
SELECT 'llm_error_summary', MIN(bucket), {{ as_of }} - interval '210 days' - interval '11 days'
FROM llm_error_summary
HAVING MIN(bucket) < {{ as_of }} - interval '210 days' - interval '11 days'
