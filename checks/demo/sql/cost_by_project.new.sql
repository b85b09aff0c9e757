SELECT project, SUM(cost) AS cost
FROM traces
GROUP BY project
