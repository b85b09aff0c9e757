-- A brand moved to another customer, and its history stayed with the former one: filtered by customer, it is
-- gone.

UPDATE metric_facts AS f
SET customer_id = c.id
FROM brands AS b, customers AS c
WHERE b.id = f.brand_id AND b.name = 'Brand 5' AND c.name = 'Customer 1'
    AND f.processed_at < TIMESTAMPTZ '2026-01-20 00:00:00+00';

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;
