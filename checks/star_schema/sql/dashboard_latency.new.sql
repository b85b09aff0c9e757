-- The same thirty days, read from the view.
SELECT
    v.collector_type, v.metric_date, v.avg_visibility, v.avg_share, v.avg_sentiment, v.presence_count, v.total_responses
FROM mv_brand_daily_metrics AS v
WHERE v.brand_id = (SELECT id FROM brands ORDER BY id LIMIT 1)
    AND v.metric_date >= (({{ to }} - interval '30 days') AT TIME ZONE 'UTC')::date
    AND v.metric_date <= ({{ to }} AT TIME ZONE 'UTC')::date
