-- The facts, their metrics and the daily view. migration.sql adds the foreign keys after it has loaded the tables.

CREATE TABLE metric_facts (
    id bigserial PRIMARY KEY,
    collector_result_id bigint NOT NULL UNIQUE,
    brand_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    query_id uuid NOT NULL,
    collector_type text NOT NULL,
    topic text,
    processed_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE brand_metrics (
    id bigserial PRIMARY KEY,
    metric_fact_id bigint NOT NULL UNIQUE,
    visibility_index numeric(5, 2),
    share_of_answers numeric(5, 2),
    has_brand_presence boolean NOT NULL DEFAULT false,
    brand_first_position integer,
    brand_positions integer[],
    total_brand_mentions integer NOT NULL DEFAULT 0,
    total_word_count integer NOT NULL DEFAULT 0
);

CREATE TABLE competitor_metrics (
    id bigserial PRIMARY KEY,
    metric_fact_id bigint NOT NULL,
    competitor_id uuid NOT NULL,
    visibility_index numeric(5, 2),
    share_of_answers numeric(5, 2),
    competitor_positions integer[],
    competitor_mentions integer NOT NULL DEFAULT 0,
    UNIQUE (metric_fact_id, competitor_id)
);

CREATE TABLE brand_sentiment (
    id bigserial PRIMARY KEY,
    metric_fact_id bigint NOT NULL UNIQUE,
    sentiment_label text CHECK (sentiment_label IN ('POSITIVE', 'NEGATIVE', 'NEUTRAL')),
    sentiment_score numeric(5, 2),
    positive_sentences jsonb DEFAULT '[]',
    negative_sentences jsonb DEFAULT '[]'
);

CREATE TABLE competitor_sentiment (
    id bigserial PRIMARY KEY,
    metric_fact_id bigint NOT NULL,
    competitor_id uuid NOT NULL,
    sentiment_label text CHECK (sentiment_label IN ('POSITIVE', 'NEGATIVE', 'NEUTRAL')),
    sentiment_score numeric(5, 2),
    positive_sentences jsonb DEFAULT '[]',
    negative_sentences jsonb DEFAULT '[]',
    UNIQUE (metric_fact_id, competitor_id)
);

CREATE INDEX idx_metric_facts_brand_collector ON metric_facts (brand_id, collector_type, processed_at DESC);

-- A day is a day in UTC, whatever the session that refreshes the view says.
CREATE MATERIALIZED VIEW mv_brand_daily_metrics AS
SELECT
    f.brand_id,
    f.customer_id,
    f.collector_type,
    (f.processed_at AT TIME ZONE 'UTC')::date AS metric_date,
    avg(m.visibility_index) AS avg_visibility,
    stddev(m.visibility_index) AS stddev_visibility,
    avg(m.share_of_answers) AS avg_share,
    stddev(m.share_of_answers) AS stddev_share,
    count(*) FILTER (WHERE m.has_brand_presence) AS presence_count,
    count(*) AS total_responses,
    avg(s.sentiment_score) AS avg_sentiment,
    stddev(s.sentiment_score) AS stddev_sentiment,
    count(*) FILTER (WHERE s.sentiment_label = 'POSITIVE') AS positive_count,
    count(*) FILTER (WHERE s.sentiment_label = 'NEGATIVE') AS negative_count,
    count(*) FILTER (WHERE s.sentiment_label = 'NEUTRAL') AS neutral_count,
    min(f.processed_at) AS first_response,
    max(f.processed_at) AS last_response,
    max(f.created_at) AS last_updated
FROM metric_facts AS f
LEFT JOIN brand_metrics AS m ON m.metric_fact_id = f.id
LEFT JOIN brand_sentiment AS s ON s.metric_fact_id = f.id
GROUP BY f.brand_id, f.customer_id, f.collector_type, (f.processed_at AT TIME ZONE 'UTC')::date;

-- The real index leaves out customer_id although the view groups by it: two customers on one day break the refresh.
CREATE UNIQUE INDEX idx_mv_brand_daily_metrics_lookup
    ON mv_brand_daily_metrics (brand_id, collector_type, metric_date);
