-- SQLite has no decimals: the exact text of dollars, from whole nano-dollars.
SELECT model, printf('%d.%09d', SUM(cost_nanos) / 1000000000, SUM(cost_nanos) % 1000000000) AS cost
FROM observations
WHERE kind = 'generation'
GROUP BY model
