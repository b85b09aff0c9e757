SELECT t.id, t.project, t.user_id, t.session_id, t.name, t.started_at, t.day, t.sdk,
       COUNT(*) AS spans,
       SUM(o.cost_nanos) * 0.000000001 AS cost
FROM traces AS t
JOIN observations AS o ON o.trace_id = t.id
GROUP BY t.id
