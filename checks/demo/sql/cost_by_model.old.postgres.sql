SELECT model, SUM(cost_nanos) * 0.000000001 AS cost
FROM observations
WHERE kind = 'generation'
GROUP BY model
