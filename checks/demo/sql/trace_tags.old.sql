SELECT trace_id, tag FROM trace_tags
