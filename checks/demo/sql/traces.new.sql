SELECT trace_id, project, user_id, session_id, name, started_at, day, spans, cost
FROM traces
