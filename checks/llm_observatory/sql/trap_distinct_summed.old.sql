SELECT COUNT(DISTINCT user_id) AS users
FROM llm_traces
WHERE ts >= {{ from }} AND ts < {{ to }}
