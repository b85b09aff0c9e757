SELECT
    v.brand_id, v.customer_id, v.collector_type, v.metric_date, v.avg_visibility, v.avg_share, v.avg_sentiment,
    v.presence_count, v.total_responses, v.positive_count, v.negative_count, v.neutral_count,
    v.first_response, v.last_response
FROM mv_brand_daily_metrics AS v
WHERE v.metric_date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND v.metric_date < ({{ to }} AT TIME ZONE 'UTC')::date
