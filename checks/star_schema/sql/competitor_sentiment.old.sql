-- Names that stand for exactly one competitor of the brand; all others are listed by unmapped_competitors.
WITH mapped AS (
    SELECT brand_id, CASE WHEN {{ fold_names }} THEN lower(btrim(competitor_name)) ELSE competitor_name END AS name
    FROM brand_competitors
    GROUP BY 1, 2
    HAVING COUNT(*) < 2
)
SELECT e.collector_result_id, mapped.name AS competitor_name,
    upper(e.sentiment_label_competitor) AS sentiment_label, e.sentiment_score_competitor AS sentiment_score,
    e.sentiment_positive_sentences_competitor AS positive_sentences,
    e.sentiment_negative_sentences_competitor AS negative_sentences
FROM extracted_positions AS e
JOIN mapped
    ON mapped.brand_id = e.brand_id
    AND mapped.name = CASE WHEN {{ fold_names }} THEN lower(btrim(e.competitor_name)) ELSE e.competitor_name END
WHERE CASE {{ sentiment_rule }}
        WHEN 'either' THEN e.sentiment_label_competitor IS NOT NULL OR e.sentiment_score_competitor IS NOT NULL
        WHEN 'both' THEN e.sentiment_label_competitor IS NOT NULL AND e.sentiment_score_competitor IS NOT NULL
    END
    AND NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
