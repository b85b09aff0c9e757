-- Competitor rows got the brand's number of mentions, which stands beside theirs in the old table.

UPDATE competitor_metrics AS m
SET competitor_mentions = b.total_brand_mentions
FROM brand_metrics AS b
WHERE b.metric_fact_id = m.metric_fact_id AND b.total_brand_mentions <> m.competitor_mentions;
