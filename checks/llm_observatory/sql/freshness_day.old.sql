-- The end of the bucket that the newest span belongs to.
SELECT date_trunc('day', MAX(ts), 'UTC') + interval '1 day' AS until
FROM llm_traces
WHERE ts < {{ as_of }}
