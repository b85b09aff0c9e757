-- Names that stand for no competitor of the brand, or for several: their rows cannot be carried over.
WITH named AS (
    SELECT brand_id, CASE WHEN {{ fold_names }} THEN lower(btrim(competitor_name)) ELSE competitor_name END AS name, COUNT(*) AS competitors
    FROM brand_competitors
    GROUP BY 1, 2
), written AS (
    SELECT brand_id, CASE WHEN {{ fold_names }} THEN lower(btrim(competitor_name)) ELSE competitor_name END AS name, COUNT(*) AS lost_rows
    FROM extracted_positions AS e
    WHERE competitor_name IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM collector_results AS r
            WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
        )
    GROUP BY 1, 2
)
SELECT written.brand_id, written.name AS competitor_name, COALESCE(named.competitors, 0) AS competitors, written.lost_rows
FROM written
LEFT JOIN named ON named.brand_id = written.brand_id AND named.name = written.name
WHERE COALESCE(named.competitors, 0) <> 1
ORDER BY written.lost_rows DESC, written.brand_id, written.name
