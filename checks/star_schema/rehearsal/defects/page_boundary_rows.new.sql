-- The backfill reads the old table in pages of 100 rows. The second half of an answer that straddles two pages
-- is skipped as already migrated, and its competitors are lost.

WITH paged AS (
    SELECT
        e.collector_result_id, e.brand_id, e.competitor_name,
        (row_number() OVER (ORDER BY e.collector_result_id, e.id) - 1) / 100 AS page
    FROM extracted_positions AS e
    WHERE e.collector_result_id < 1000000000
), first AS (
    SELECT collector_result_id, min(page) AS page FROM paged GROUP BY collector_result_id
)
DELETE FROM competitor_metrics AS m
USING paged AS p
JOIN first ON first.collector_result_id = p.collector_result_id AND first.page < p.page
JOIN metric_facts AS f ON f.collector_result_id = p.collector_result_id
JOIN brand_competitors AS c ON c.brand_id = p.brand_id AND c.competitor_name = p.competitor_name
WHERE m.metric_fact_id = f.id AND m.competitor_id = c.id;

WITH paged AS (
    SELECT
        e.collector_result_id, e.brand_id, e.competitor_name,
        (row_number() OVER (ORDER BY e.collector_result_id, e.id) - 1) / 100 AS page
    FROM extracted_positions AS e
    WHERE e.collector_result_id < 1000000000
), first AS (
    SELECT collector_result_id, min(page) AS page FROM paged GROUP BY collector_result_id
)
DELETE FROM competitor_sentiment AS m
USING paged AS p
JOIN first ON first.collector_result_id = p.collector_result_id AND first.page < p.page
JOIN metric_facts AS f ON f.collector_result_id = p.collector_result_id
JOIN brand_competitors AS c ON c.brand_id = p.brand_id AND c.competitor_name = p.competitor_name
WHERE m.metric_fact_id = f.id AND m.competitor_id = c.id;
