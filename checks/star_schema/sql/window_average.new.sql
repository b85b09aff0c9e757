-- A day weighs as much as it has values: the view counts responses, and those without a value are not in its averages.
WITH counted AS (
    SELECT
        f.brand_id, f.customer_id, f.collector_type, (f.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
        COUNT(m.visibility_index) AS visibilities, COUNT(m.share_of_answers) AS shares, COUNT(s.sentiment_score) AS scores
    FROM metric_facts AS f
    LEFT JOIN brand_metrics AS m ON m.metric_fact_id = f.id
    LEFT JOIN brand_sentiment AS s ON s.metric_fact_id = f.id
    GROUP BY 1, 2, 3, 4
)
SELECT
    v.brand_id,
    SUM(v.avg_visibility * n.visibilities) / NULLIF(SUM(n.visibilities), 0) AS avg_visibility,
    SUM(v.avg_share * n.shares) / NULLIF(SUM(n.shares), 0) AS avg_share,
    SUM(v.avg_sentiment * n.scores) / NULLIF(SUM(n.scores), 0) AS avg_sentiment
FROM mv_brand_daily_metrics AS v
LEFT JOIN counted AS n USING (brand_id, customer_id, collector_type, metric_date)
WHERE v.metric_date >= ({{ from }} AT TIME ZONE 'UTC')::date
    AND v.metric_date < ({{ to }} AT TIME ZONE 'UTC')::date
GROUP BY 1
