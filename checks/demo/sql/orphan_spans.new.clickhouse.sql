-- An anti join: the empty side of ClickHouse's LEFT JOIN is '' and not NULL unless join_use_nulls is set.
SELECT s.span_id, s.trace_id
FROM spans AS s
LEFT ANTI JOIN traces AS t ON s.trace_id = t.trace_id
