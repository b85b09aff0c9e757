SELECT trace_id, tags AS tag FROM traces
