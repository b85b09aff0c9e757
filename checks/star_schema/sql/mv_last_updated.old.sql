SELECT MAX(f.created_at) AS last_updated FROM metric_facts AS f
