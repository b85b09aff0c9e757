SELECT COUNT(*) AS facts FROM metric_facts
