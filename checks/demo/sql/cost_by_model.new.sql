SELECT model, SUM(cost) AS cost
FROM spans
WHERE kind = 'generation'
GROUP BY model
