SELECT SUM(pg_indexes_size(name)) AS bytes
FROM unnest(ARRAY[
    'metric_facts',
    'brand_metrics',
    'competitor_metrics',
    'brand_sentiment',
    'competitor_sentiment',
    'mv_brand_daily_metrics'
]::regclass[]) AS name
