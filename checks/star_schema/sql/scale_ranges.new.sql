SELECT metric, lowest, highest, floor, ceiling
FROM (
    SELECT 'brand visibility' AS metric, MIN(visibility_index) AS lowest, MAX(visibility_index) AS highest, 0 AS floor, 1 AS ceiling
    FROM brand_metrics
    UNION ALL
    SELECT 'brand share' AS metric, MIN(share_of_answers) AS lowest, MAX(share_of_answers) AS highest, 0 AS floor, 100 AS ceiling
    FROM brand_metrics
    UNION ALL
    SELECT 'brand sentiment' AS metric, MIN(sentiment_score) AS lowest, MAX(sentiment_score) AS highest, {{ sentiment_min }} AS floor, {{ sentiment_max }} AS ceiling
    FROM brand_sentiment
    UNION ALL
    SELECT 'competitor visibility' AS metric, MIN(visibility_index) AS lowest, MAX(visibility_index) AS highest, 0 AS floor, 1 AS ceiling
    FROM competitor_metrics
    UNION ALL
    SELECT 'competitor share' AS metric, MIN(share_of_answers) AS lowest, MAX(share_of_answers) AS highest, 0 AS floor, 100 AS ceiling
    FROM competitor_metrics
    UNION ALL
    SELECT 'competitor sentiment' AS metric, MIN(sentiment_score) AS lowest, MAX(sentiment_score) AS highest, {{ sentiment_min }} AS floor, {{ sentiment_max }} AS ceiling
    FROM competitor_sentiment
) AS ranges
WHERE lowest < floor OR highest > ceiling
