WITH mapped AS (
    SELECT brand_id, CASE WHEN {{ fold_names }} THEN lower(btrim(competitor_name)) ELSE competitor_name END AS name
    FROM brand_competitors
    GROUP BY 1, 2
    HAVING COUNT(*) < 2
)
SELECT
    e.collector_result_id,
    COUNT(*) FILTER (WHERE e.competitor_name IS NULL) AS brand_rows,
    COUNT(*) FILTER (WHERE e.competitor_name IS NULL AND CASE {{ sentiment_rule }}
            WHEN 'either' THEN e.sentiment_label IS NOT NULL OR e.sentiment_score IS NOT NULL
            WHEN 'both' THEN e.sentiment_label IS NOT NULL AND e.sentiment_score IS NOT NULL
        END) AS brand_sentiments,
    COUNT(mapped.name) AS competitor_rows,
    COUNT(mapped.name) FILTER (WHERE CASE {{ sentiment_rule }}
            WHEN 'either' THEN e.sentiment_label_competitor IS NOT NULL OR e.sentiment_score_competitor IS NOT NULL
            WHEN 'both' THEN e.sentiment_label_competitor IS NOT NULL AND e.sentiment_score_competitor IS NOT NULL
        END) AS competitor_sentiments
FROM extracted_positions AS e
LEFT JOIN mapped
    ON mapped.brand_id = e.brand_id
    AND mapped.name = CASE WHEN {{ fold_names }} THEN lower(btrim(e.competitor_name)) ELSE e.competitor_name END
WHERE EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND r.created_at >= {{ dual_write_from }} AND r.created_at < {{ to }}
    )
GROUP BY 1
