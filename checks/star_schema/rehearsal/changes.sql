-- What happens while the backfill runs: two more days of answers, which the services write to both schemas; answers
-- deleted; a brand that moves to another customer.

INSERT INTO collector_results (id, brand_id, query_id, collector_type, created_at)
SELECT id + 1000000000, brand_id, query_id, collector_type, created_at + interval '2 days'
FROM collector_results
WHERE created_at >= TIMESTAMPTZ '2026-01-30 00:00:00+00';

INSERT INTO extracted_positions (
    collector_result_id, customer_id, brand_id, query_id, collector_type, brand_name, competitor_name, raw_answer,
    brand_first_position, brand_positions, competitor_positions, total_brand_mentions, competitor_mentions,
    total_brand_product_mentions, total_competitor_product_mentions, total_word_count,
    visibility_index, visibility_index_competitor, share_of_answers_brand, share_of_answers_competitor,
    has_brand_presence, topic, processed_at, created_at,
    sentiment_label, sentiment_score, sentiment_positive_sentences, sentiment_negative_sentences,
    sentiment_label_competitor, sentiment_score_competitor,
    sentiment_positive_sentences_competitor, sentiment_negative_sentences_competitor, metadata
)
SELECT
    e.collector_result_id + 1000000000, e.customer_id, e.brand_id, e.query_id, e.collector_type, e.brand_name,
    e.competitor_name, e.raw_answer, e.brand_first_position, e.brand_positions, e.competitor_positions,
    e.total_brand_mentions, e.competitor_mentions, e.total_brand_product_mentions,
    e.total_competitor_product_mentions, e.total_word_count, e.visibility_index, e.visibility_index_competitor,
    e.share_of_answers_brand, e.share_of_answers_competitor, e.has_brand_presence, e.topic,
    e.processed_at + interval '2 days', e.created_at + interval '2 days',
    e.sentiment_label, e.sentiment_score, e.sentiment_positive_sentences, e.sentiment_negative_sentences,
    e.sentiment_label_competitor, e.sentiment_score_competitor,
    e.sentiment_positive_sentences_competitor, e.sentiment_negative_sentences_competitor, e.metadata
FROM extracted_positions AS e
JOIN collector_results AS r ON r.id = e.collector_result_id
WHERE r.created_at >= TIMESTAMPTZ '2026-01-30 00:00:00+00' AND r.created_at < TIMESTAMPTZ '2026-02-01 00:00:00+00'
ORDER BY e.id;

DELETE FROM extracted_positions WHERE collector_result_id % 101 = 5;

DELETE FROM collector_results WHERE id % 101 = 5;

UPDATE brands SET customer_id = md5('customer 6')::uuid WHERE name = 'Brand 5';

ANALYZE;
