SELECT 'metric_facts' AS child, c.id AS id, 'collector result' AS lacks
FROM metric_facts AS c
WHERE NOT EXISTS (SELECT 1 FROM collector_results AS p WHERE p.id = c.collector_result_id)
UNION ALL
SELECT 'metric_facts' AS child, c.id AS id, 'brand' AS lacks
FROM metric_facts AS c
WHERE NOT EXISTS (SELECT 1 FROM brands AS p WHERE p.id = c.brand_id)
UNION ALL
SELECT 'brand_metrics' AS child, c.id AS id, 'fact' AS lacks
FROM brand_metrics AS c
WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS p WHERE p.id = c.metric_fact_id)
UNION ALL
SELECT 'brand_sentiment' AS child, c.id AS id, 'fact' AS lacks
FROM brand_sentiment AS c
WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS p WHERE p.id = c.metric_fact_id)
UNION ALL
SELECT 'competitor_metrics' AS child, c.id AS id, 'fact' AS lacks
FROM competitor_metrics AS c
WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS p WHERE p.id = c.metric_fact_id)
UNION ALL
SELECT 'competitor_sentiment' AS child, c.id AS id, 'fact' AS lacks
FROM competitor_sentiment AS c
WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS p WHERE p.id = c.metric_fact_id)
UNION ALL
SELECT 'competitor_metrics' AS child, c.id AS id, 'competitor' AS lacks
FROM competitor_metrics AS c
WHERE NOT EXISTS (SELECT 1 FROM brand_competitors AS p WHERE p.id = c.competitor_id)
UNION ALL
SELECT 'competitor_sentiment' AS child, c.id AS id, 'competitor' AS lacks
FROM competitor_sentiment AS c
WHERE NOT EXISTS (SELECT 1 FROM brand_competitors AS p WHERE p.id = c.competitor_id)
