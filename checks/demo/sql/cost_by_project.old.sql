-- SQLite has no decimals: the exact text of dollars, from whole nano-dollars.
SELECT t.project, printf('%d.%09d', SUM(o.cost_nanos) / 1000000000, SUM(o.cost_nanos) % 1000000000) AS cost
FROM observations AS o
JOIN traces AS t ON t.id = o.trace_id
WHERE o.kind = 'generation'
GROUP BY t.project
