SELECT v.brand_id, v.collector_type, v.metric_date, v.presence_count
FROM mv_brand_daily_metrics AS v
WHERE v.metric_date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND v.metric_date < ({{ to }} AT TIME ZONE 'UTC')::date
