SELECT e.collector_result_id, e.sentiment_score
FROM extracted_positions AS e
WHERE e.competitor_name IS NULL
    AND CASE {{ sentiment_rule }}
        WHEN 'either' THEN e.sentiment_label IS NOT NULL OR e.sentiment_score IS NOT NULL
        WHEN 'both' THEN e.sentiment_label IS NOT NULL AND e.sentiment_score IS NOT NULL
    END
    AND NOT EXISTS (
        SELECT 1 FROM collector_results AS r
        WHERE r.id = e.collector_result_id AND (r.created_at < {{ from }} OR r.created_at >= {{ to }})
    )
