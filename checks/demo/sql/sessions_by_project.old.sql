SELECT project, COUNT(DISTINCT session_id) AS sessions
FROM traces
WHERE session_id IS NOT NULL
GROUP BY project
