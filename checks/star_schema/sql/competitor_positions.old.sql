-- Names that stand for exactly one competitor of the brand; all others are listed by unmapped_competitors.
WITH mapped AS (
    SELECT brand_id, CASE WHEN {{ fold_names }} THEN lower(btrim(competitor_name)) ELSE competitor_name END AS name
    FROM brand_competitors
    GROUP BY 1, 2
    HAVING COUNT(*) < 2
)
SELECT e.collector_result_id, mapped.name AS competitor_name, e.competitor_positions
FROM extracted_positions AS e
JOIN mapped
    ON mapped.brand_id = e.brand_id
    AND mapped.name = CASE WHEN {{ fold_names }} THEN lower(btrim(e.competitor_name)) ELSE e.competitor_name END
WHERE NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
