SELECT s.span_id, s.trace_id
FROM spans AS s
LEFT JOIN traces AS t ON s.trace_id = t.trace_id
WHERE t.trace_id IS NULL
