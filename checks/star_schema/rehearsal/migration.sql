-- The migration as it should be: every result that is not there yet, every row of it, and the daily view at the end.
-- Foreign keys are added after the rows, because checking a table once is much faster than checking each row.

SET TIME ZONE 'UTC';

ALTER TABLE metric_facts DROP CONSTRAINT IF EXISTS metric_facts_collector_result_id_fkey;

-- Answers deleted since are deleted here too, with all that hangs on them.
DELETE FROM metric_facts AS f
WHERE NOT EXISTS (SELECT 1 FROM collector_results AS r WHERE r.id = f.collector_result_id);

ALTER TABLE brand_metrics DROP CONSTRAINT IF EXISTS brand_metrics_metric_fact_id_fkey;

ALTER TABLE competitor_metrics DROP CONSTRAINT IF EXISTS competitor_metrics_metric_fact_id_fkey;

ALTER TABLE competitor_metrics DROP CONSTRAINT IF EXISTS competitor_metrics_competitor_id_fkey;

ALTER TABLE brand_sentiment DROP CONSTRAINT IF EXISTS brand_sentiment_metric_fact_id_fkey;

ALTER TABLE competitor_sentiment DROP CONSTRAINT IF EXISTS competitor_sentiment_metric_fact_id_fkey;

ALTER TABLE competitor_sentiment DROP CONSTRAINT IF EXISTS competitor_sentiment_competitor_id_fkey;

-- The customer is the brand's of today. From February on the services write both schemas, the new one two seconds later.
INSERT INTO metric_facts (
    collector_result_id, brand_id, customer_id, query_id, collector_type, topic, processed_at, created_at
)
SELECT
    e.collector_result_id, e.brand_id, b.customer_id, e.query_id, e.collector_type, e.topic,
    CASE
        WHEN r.created_at < TIMESTAMPTZ '2026-02-01 00:00:00+00' THEN e.processed_at
        WHEN (e.processed_at AT TIME ZONE 'UTC')::date < ((e.processed_at + interval '2 seconds') AT TIME ZONE 'UTC')::date THEN e.processed_at
        ELSE e.processed_at + interval '2 seconds'
    END,
    r.created_at
FROM extracted_positions AS e
JOIN collector_results AS r ON r.id = e.collector_result_id
JOIN brands AS b ON b.id = e.brand_id
WHERE e.competitor_name IS NULL
ORDER BY e.collector_result_id
ON CONFLICT DO NOTHING;

UPDATE metric_facts AS f
SET customer_id = b.customer_id
FROM brands AS b
WHERE b.id = f.brand_id AND b.customer_id <> f.customer_id;

ANALYZE metric_facts;

INSERT INTO brand_sentiment (metric_fact_id, sentiment_label, sentiment_score, positive_sentences, negative_sentences)
SELECT
    f.id, upper(e.sentiment_label), e.sentiment_score,
    coalesce(e.sentiment_positive_sentences, '[]'), coalesce(e.sentiment_negative_sentences, '[]')
FROM extracted_positions AS e
JOIN metric_facts AS f ON f.collector_result_id = e.collector_result_id
WHERE e.competitor_name IS NULL
    AND (e.sentiment_label IS NOT NULL OR e.sentiment_score IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM brand_metrics AS m WHERE m.metric_fact_id = f.id)
ORDER BY f.id;

-- A name that stands for no competitor, or for several, cannot be carried over.
INSERT INTO competitor_metrics (
    metric_fact_id, competitor_id, visibility_index, share_of_answers, competitor_positions, competitor_mentions
)
SELECT
    f.id, c.id, e.visibility_index_competitor, e.share_of_answers_competitor,
    coalesce(e.competitor_positions, '{}'), coalesce(e.competitor_mentions, 0)
FROM extracted_positions AS e
JOIN metric_facts AS f ON f.collector_result_id = e.collector_result_id
JOIN (
    SELECT brand_id, competitor_name, (array_agg(id))[1] AS id
    FROM brand_competitors
    GROUP BY brand_id, competitor_name
    HAVING count(*) < 2
) AS c ON c.brand_id = e.brand_id AND c.competitor_name = e.competitor_name
WHERE NOT EXISTS (SELECT 1 FROM brand_metrics AS m WHERE m.metric_fact_id = f.id)
ORDER BY f.id, e.id;

INSERT INTO competitor_sentiment (
    metric_fact_id, competitor_id, sentiment_label, sentiment_score, positive_sentences, negative_sentences
)
SELECT
    f.id, c.id, upper(e.sentiment_label_competitor), e.sentiment_score_competitor,
    coalesce(e.sentiment_positive_sentences_competitor, '[]'), coalesce(e.sentiment_negative_sentences_competitor, '[]')
FROM extracted_positions AS e
JOIN metric_facts AS f ON f.collector_result_id = e.collector_result_id
JOIN (
    SELECT brand_id, competitor_name, (array_agg(id))[1] AS id
    FROM brand_competitors
    GROUP BY brand_id, competitor_name
    HAVING count(*) < 2
) AS c ON c.brand_id = e.brand_id AND c.competitor_name = e.competitor_name
WHERE (e.sentiment_label_competitor IS NOT NULL OR e.sentiment_score_competitor IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM brand_metrics AS m WHERE m.metric_fact_id = f.id)
ORDER BY f.id, e.id;

-- Last, because a fact that has its metrics has everything.
INSERT INTO brand_metrics (
    metric_fact_id, visibility_index, share_of_answers, has_brand_presence, brand_first_position, brand_positions,
    total_brand_mentions, total_word_count
)
SELECT
    f.id, e.visibility_index, e.share_of_answers_brand, e.has_brand_presence, e.brand_first_position,
    coalesce(e.brand_positions, '{}'), coalesce(e.total_brand_mentions, 0), coalesce(e.total_word_count, 0)
FROM extracted_positions AS e
JOIN metric_facts AS f ON f.collector_result_id = e.collector_result_id
WHERE e.competitor_name IS NULL AND NOT EXISTS (SELECT 1 FROM brand_metrics AS m WHERE m.metric_fact_id = f.id)
ORDER BY f.id;

DELETE FROM brand_metrics AS m WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS f WHERE f.id = m.metric_fact_id);

DELETE FROM competitor_metrics AS m WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS f WHERE f.id = m.metric_fact_id);

DELETE FROM brand_sentiment AS s WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS f WHERE f.id = s.metric_fact_id);

DELETE FROM competitor_sentiment AS s WHERE NOT EXISTS (SELECT 1 FROM metric_facts AS f WHERE f.id = s.metric_fact_id);

ALTER TABLE metric_facts ADD CONSTRAINT metric_facts_collector_result_id_fkey
    FOREIGN KEY (collector_result_id) REFERENCES collector_results (id) ON DELETE CASCADE;

ALTER TABLE brand_metrics ADD CONSTRAINT brand_metrics_metric_fact_id_fkey
    FOREIGN KEY (metric_fact_id) REFERENCES metric_facts (id) ON DELETE CASCADE;

ALTER TABLE competitor_metrics ADD CONSTRAINT competitor_metrics_metric_fact_id_fkey
    FOREIGN KEY (metric_fact_id) REFERENCES metric_facts (id) ON DELETE CASCADE;

ALTER TABLE competitor_metrics ADD CONSTRAINT competitor_metrics_competitor_id_fkey
    FOREIGN KEY (competitor_id) REFERENCES brand_competitors (id) ON DELETE CASCADE;

ALTER TABLE brand_sentiment ADD CONSTRAINT brand_sentiment_metric_fact_id_fkey
    FOREIGN KEY (metric_fact_id) REFERENCES metric_facts (id) ON DELETE CASCADE;

ALTER TABLE competitor_sentiment ADD CONSTRAINT competitor_sentiment_metric_fact_id_fkey
    FOREIGN KEY (metric_fact_id) REFERENCES metric_facts (id) ON DELETE CASCADE;

ALTER TABLE competitor_sentiment ADD CONSTRAINT competitor_sentiment_competitor_id_fkey
    FOREIGN KEY (competitor_id) REFERENCES brand_competitors (id) ON DELETE CASCADE;

REFRESH MATERIALIZED VIEW mv_brand_daily_metrics;

ANALYZE;
