-- Answers collected in January 2026, about one brand row and four competitor rows each; every number follows
-- from the row's number and the seed.

INSERT INTO customers (id, name)
SELECT md5('customer ' || n)::uuid, 'Customer ' || n
FROM generate_series(1, 6) AS n;

INSERT INTO brands (id, customer_id, name)
SELECT md5('brand ' || n)::uuid, md5('customer ' || 1 + n % 5)::uuid, 'Brand ' || n
FROM generate_series(1, 12) AS n;

INSERT INTO generated_queries (id, brand_id, query_text)
SELECT md5('query ' || b || '.' || q)::uuid, md5('brand ' || b)::uuid, 'Question ' || q || ' about brand ' || b
FROM generate_series(1, 12) AS b, generate_series(1, 5) AS q;

-- The first competitor of four brands has no single row of its name: brand 1 writes it in other letters, brand 2
-- has none, brand 3 has two, and brand 4's was renamed on the 10th.
INSERT INTO brand_competitors (id, brand_id, competitor_name)
SELECT
    md5('competitor ' || b || '.' || c || '.' || copy)::uuid,
    md5('brand ' || b)::uuid,
    CASE WHEN b = 4 AND c = 1 THEN 'Rival 4.1 Group' ELSE 'Rival ' || b || '.' || c END
FROM generate_series(1, 12) AS b, generate_series(1, 8) AS c, generate_series(1, 2) AS copy
WHERE NOT (b = 2 AND c = 1) AND (copy = 1 OR (b = 3 AND c = 1));

INSERT INTO collector_results (id, brand_id, query_id, collector_type, created_at)
SELECT
    n,
    md5('brand ' || 1 + n % 12)::uuid,
    md5('query ' || 1 + n % 12 || '.' || 1 + n / 12 % 5)::uuid,
    (ARRAY['chatgpt', 'perplexity', 'gemini'])[1 + ((n * 2654435761 + {{ seed }} * 40503) % 4294967296 >> 14) % 3],
    TIMESTAMPTZ '2026-01-01 00:00:00+00' + (n - 1) * (interval '31 days' / greatest(240, {{ rows }} / 5))
FROM generate_series(1, greatest(240, {{ rows }} / 5)) AS n;

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
WITH result AS (
    SELECT
        r.id AS n, r.brand_id, r.query_id, r.collector_type, r.created_at,
        1 + r.id % 12 AS b,
        (r.id * 2654435761 + {{ seed }} * 40503) % 4294967296 >> 8 AS h
    FROM collector_results AS r
), scored AS MATERIALIZED (
    SELECT
        result.*,
        CASE WHEN n % 43 = 0 THEN NULL ELSE (h / 7 % 6)::integer END AS mentions,
        CASE WHEN n % 59 = 0 THEN NULL WHEN n % 37 = 0 THEN 0 ELSE (150 + h % 700)::integer END AS words,
        (1 + h / 11 % 40)::integer AS first_position,
        CASE
            WHEN n % 11 = 0 THEN NULL
            WHEN n % 13 = 0 THEN NULL
            WHEN n % 17 = 0 OR n % 38 = 0 THEN 0
            ELSE ((h / 13 % 201)::numeric - 100) / 100
        END AS score,
        -- Every fiftieth answer is scored in the last two minutes of its day.
        CASE
            WHEN n % 50 = 0 AND created_at AT TIME ZONE 'UTC' < date_trunc('day', created_at AT TIME ZONE 'UTC') + interval '23:58'
                THEN (date_trunc('day', created_at AT TIME ZONE 'UTC') + interval '23:58:30') AT TIME ZONE 'UTC'
            ELSE created_at + (5 + h % 290) * interval '1 second'
        END AS processed_at
    FROM result
), brand AS MATERIALIZED (
    SELECT
        scored.*,
        CASE
            WHEN n % 11 = 0 OR n % 19 = 0 THEN NULL
            WHEN n % 23 = 0 THEN 'positive'
            WHEN score > 0.2 THEN 'POSITIVE'
            WHEN score < -0.2 THEN 'NEGATIVE'
            ELSE 'NEUTRAL'
        END AS label,
        CASE
            WHEN words = 0 OR words IS NULL OR mentions IS NULL THEN NULL
            WHEN mentions = 0 THEN 0
            ELSE round((0.6 / log(first_position + 9) + 0.4 * mentions / words)::numeric, 2)
        END AS visibility,
        CASE
            WHEN n % 41 = 0 OR mentions IS NULL THEN NULL
            ELSE round(100.0 * mentions / (mentions + 1 + h / 17 % 9), 2)
        END AS share,
        CASE
            WHEN mentions > 0 THEN ARRAY(SELECT first_position + 9 * step FROM generate_series(0, mentions - 1) AS step)
            WHEN n % 2 = 0 THEN '{}'
        END AS positions,
        CASE WHEN n % 29 = 0 THEN NULL WHEN score > 0 THEN jsonb_build_array('It is "good".', n) ELSE '[]' END AS praise,
        CASE WHEN n % 29 = 0 THEN NULL WHEN score < 0 THEN jsonb_build_array('It is not.') ELSE '[]' END AS blame,
        CASE WHEN n % 97 = 0 THEN NULL ELSE md5('customer ' || 1 + b % 5)::uuid END AS customer_id
    FROM scored
)
SELECT
    n,
    customer_id,
    brand_id, query_id, collector_type, 'Brand ' || b,
    CASE
        WHEN c = 0 THEN NULL
        WHEN b = 1 AND c = 1 THEN 'RIVAL 1.1'
        WHEN b = 4 AND c = 1 AND created_at >= TIMESTAMPTZ '2026-01-10 00:00:00+00' THEN 'Rival 4.1 Group'
        ELSE 'Rival ' || b || '.' || c
    END,
    'Answer ' || n,
    CASE WHEN mentions > 0 THEN first_position END,
    positions,
    CASE
        WHEN c = 0 OR (n + c) % 31 = 0 THEN NULL
        WHEN (n + c) % 5 = 0 THEN '{}'
        ELSE ARRAY[(n % 50 + c)::integer, (n % 50 + 20 + c)::integer]
    END,
    mentions,
    CASE WHEN c = 0 OR (n + c) % 31 = 0 THEN NULL WHEN (n + c) % 5 = 0 THEN 0 ELSE 2 END,
    0, 0, words, visibility,
    CASE WHEN c = 0 OR (n + c) % 29 = 0 THEN NULL WHEN (n + c) % 5 = 0 THEN 0 ELSE round(((h + c * 7) % 97)::numeric / 100, 2) END,
    share,
    CASE WHEN c = 0 OR (n + c) % 29 = 0 THEN NULL WHEN (n + c) % 5 = 0 THEN 0 ELSE round(((h + c * 311) % 9001)::numeric / 100, 2) END,
    coalesce(mentions, 0) > 0,
    (ARRAY['Pricing', ' pricing', 'Support', 'SUPPORT', 'Quality', NULL])[1 + h / 19 % 6],
    processed_at,
    processed_at + interval '2 seconds',
    label, score,
    praise, blame,
    CASE
        WHEN c = 0 OR (n + c) % 7 = 0 OR (n + c) % 11 = 0 THEN NULL
        ELSE (ARRAY['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'neutral'])[1 + (n + c) % 4]
    END,
    CASE WHEN c = 0 OR (n + c) % 7 = 0 OR (n + c) % 13 = 0 THEN NULL ELSE ((n + c * 17) % 201 - 100)::numeric / 100 END,
    CASE WHEN c = 0 OR (n + c) % 9 = 0 THEN NULL ELSE '[]'::jsonb END,
    CASE WHEN c = 0 OR (n + c) % 9 = 0 THEN NULL WHEN (n + c) % 3 = 0 THEN jsonb_build_array('Slow.') ELSE '[]' END,
    NULL
FROM brand, generate_series(0, h / 23 % 9) AS c
ORDER BY n, c;

CREATE INDEX idx_extracted_positions_collector_result_id ON extracted_positions (collector_result_id);

CREATE INDEX idx_extracted_positions_brand ON extracted_positions (brand_id, processed_at);

ANALYZE;
