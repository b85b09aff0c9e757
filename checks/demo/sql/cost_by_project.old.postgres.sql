SELECT t.project, SUM(o.cost_nanos) * 0.000000001 AS cost
FROM observations AS o
JOIN traces AS t ON t.id = o.trace_id
WHERE o.kind = 'generation'
GROUP BY t.project
