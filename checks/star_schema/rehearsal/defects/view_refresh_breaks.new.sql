-- A brand moved to another customer in the middle of a day. The view has one row per customer, its unique index
-- allows one per day: every refresh fails since.

UPDATE metric_facts AS f
SET customer_id = c.id
FROM brands AS b, customers AS c
WHERE b.id = f.brand_id AND b.name = 'Brand 5' AND c.name = 'Customer 1'
    AND f.processed_at < TIMESTAMPTZ '2026-01-20 12:00:00+00';
