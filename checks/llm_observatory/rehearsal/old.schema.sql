-- The seven tables of the storage layer with their indexes, keys and comments, as its migrations 001, 003 and 006 make them.
-- Hypertables are made in new.schema.timescaledb.sql, where there is TimescaleDB.

CREATE TABLE llm_traces (
    ts                      TIMESTAMPTZ NOT NULL,
    trace_id                TEXT NOT NULL,
    span_id                 TEXT NOT NULL,
    parent_span_id          TEXT,

    span_name               TEXT NOT NULL,
    span_kind               TEXT NOT NULL DEFAULT 'internal',

    provider                TEXT NOT NULL,
    model                   TEXT NOT NULL,

    input_type              TEXT NOT NULL,
    input_text              TEXT,
    input_messages          JSONB,
    output_text             TEXT,
    finish_reason           TEXT,

    prompt_tokens           INTEGER,
    completion_tokens       INTEGER,
    total_tokens            INTEGER,

    prompt_cost_usd         DECIMAL(12, 8),
    completion_cost_usd     DECIMAL(12, 8),
    total_cost_usd          DECIMAL(12, 8),

    duration_ms             INTEGER NOT NULL,
    ttft_ms                 INTEGER,

    status_code             TEXT NOT NULL,
    error_message           TEXT,

    user_id                 TEXT,
    session_id              TEXT,
    environment             TEXT,
    tags                    TEXT[],
    attributes              JSONB,

    sampled                 BOOLEAN NOT NULL DEFAULT true,
    sample_rate             REAL,

    resource_attributes     JSONB,
    events                  JSONB,
    links                   JSONB,

    PRIMARY KEY (ts, trace_id, span_id)
);

COMMENT ON TABLE llm_traces IS 'LLM trace data following OpenTelemetry semantic conventions';
COMMENT ON COLUMN llm_traces.ts IS 'Timestamp when the span started';
COMMENT ON COLUMN llm_traces.trace_id IS 'OpenTelemetry trace ID for correlation';
COMMENT ON COLUMN llm_traces.span_id IS 'Unique span identifier';
COMMENT ON COLUMN llm_traces.parent_span_id IS 'Parent span ID for nested traces (chains, RAG pipelines)';
COMMENT ON COLUMN llm_traces.duration_ms IS 'Total span duration in milliseconds';
COMMENT ON COLUMN llm_traces.ttft_ms IS 'Time to first token in milliseconds (streaming)';
COMMENT ON COLUMN llm_traces.total_cost_usd IS 'Total cost in USD (prompt + completion)';
COMMENT ON COLUMN llm_traces.sampled IS 'Whether this span was sampled for storage';
COMMENT ON COLUMN llm_traces.tags IS 'Custom tags as array for filtering';
COMMENT ON COLUMN llm_traces.attributes IS 'Additional structured attributes as JSONB';

CREATE TABLE llm_metrics (
    ts                      TIMESTAMPTZ NOT NULL,

    metric_name             TEXT NOT NULL,
    metric_type             TEXT NOT NULL,

    provider                TEXT NOT NULL,
    model                   TEXT NOT NULL,
    environment             TEXT,
    user_id                 TEXT,

    value                   DOUBLE PRECISION NOT NULL,
    count                   BIGINT,
    sum                     DOUBLE PRECISION,
    min                     DOUBLE PRECISION,
    max                     DOUBLE PRECISION,

    tags                    JSONB,

    PRIMARY KEY (ts, metric_name, provider, model)
);

COMMENT ON TABLE llm_metrics IS 'Aggregated LLM metrics (counters, gauges, histograms)';
COMMENT ON COLUMN llm_metrics.metric_name IS 'Name of the metric (e.g., request_count, token_count)';
COMMENT ON COLUMN llm_metrics.metric_type IS 'Type of metric: counter, gauge, or histogram';
COMMENT ON COLUMN llm_metrics.value IS 'Primary metric value';

CREATE TABLE llm_logs (
    ts                      TIMESTAMPTZ NOT NULL,

    trace_id                TEXT,
    span_id                 TEXT,

    log_level               TEXT NOT NULL,
    message                 TEXT NOT NULL,

    provider                TEXT,
    model                   TEXT,
    environment             TEXT,

    attributes              JSONB,

    PRIMARY KEY (ts, trace_id, span_id)
);

COMMENT ON TABLE llm_logs IS 'Structured logs from LLM operations';
COMMENT ON COLUMN llm_logs.log_level IS 'Log severity level (DEBUG, INFO, WARN, ERROR)';
COMMENT ON COLUMN llm_logs.trace_id IS 'Link to parent trace for correlation';
COMMENT ON COLUMN llm_logs.span_id IS 'Link to parent span for correlation';

CREATE INDEX idx_traces_trace_id
ON llm_traces (trace_id, ts DESC);

CREATE INDEX idx_traces_provider_model
ON llm_traces (provider, model, ts DESC);

CREATE INDEX idx_traces_user_id
ON llm_traces (user_id, ts DESC)
WHERE user_id IS NOT NULL;

CREATE INDEX idx_traces_session_id
ON llm_traces (session_id, ts DESC)
WHERE session_id IS NOT NULL;

CREATE INDEX idx_traces_status
ON llm_traces (status_code, ts DESC);

CREATE INDEX idx_traces_cost
ON llm_traces (total_cost_usd DESC, ts DESC)
WHERE total_cost_usd > 0;

CREATE INDEX idx_traces_ts_brin
ON llm_traces USING BRIN (ts)
WITH (pages_per_range = 128);

CREATE INDEX idx_traces_attributes
ON llm_traces USING GIN (attributes);

CREATE INDEX idx_traces_tags
ON llm_traces USING GIN (tags);

CREATE INDEX idx_traces_provider_status
ON llm_traces (provider, status_code, ts DESC);

CREATE INDEX idx_traces_model_duration
ON llm_traces (model, duration_ms DESC, ts DESC);

CREATE INDEX idx_traces_cost_analysis
ON llm_traces (provider, model, total_cost_usd DESC, ts DESC)
WHERE total_cost_usd IS NOT NULL;

CREATE INDEX idx_traces_errors
ON llm_traces (ts DESC, provider, model)
WHERE status_code = 'ERROR';

CREATE INDEX idx_traces_expensive
ON llm_traces (ts DESC, total_cost_usd DESC)
WHERE total_cost_usd > 1.0;

CREATE INDEX idx_traces_slow
ON llm_traces (ts DESC, duration_ms DESC)
WHERE duration_ms > 5000;

CREATE INDEX idx_metrics_name_provider
ON llm_metrics (metric_name, provider, model, ts DESC);

CREATE INDEX idx_metrics_environment
ON llm_metrics (environment, ts DESC)
WHERE environment IS NOT NULL;

CREATE INDEX idx_logs_trace_id
ON llm_logs (trace_id, ts DESC)
WHERE trace_id IS NOT NULL;

CREATE INDEX idx_logs_level
ON llm_logs (log_level, ts DESC);

CREATE INDEX idx_logs_provider
ON llm_logs (provider, ts DESC)
WHERE provider IS NOT NULL;

CREATE TABLE model_pricing (
    id                      SERIAL PRIMARY KEY,
    effective_date          TIMESTAMPTZ NOT NULL,
    provider                TEXT NOT NULL,
    model                   TEXT NOT NULL,
    prompt_cost_per_1k      DECIMAL(12, 8) NOT NULL,
    completion_cost_per_1k  DECIMAL(12, 8) NOT NULL,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT NOW(),

    UNIQUE (provider, model, effective_date)
);

CREATE INDEX idx_pricing_lookup
ON model_pricing (provider, model, effective_date DESC);

COMMENT ON TABLE model_pricing IS 'Historical pricing data for LLM models';
COMMENT ON COLUMN model_pricing.effective_date IS 'Date when this pricing becomes effective';
COMMENT ON COLUMN model_pricing.prompt_cost_per_1k IS 'Cost per 1,000 prompt tokens in USD';
COMMENT ON COLUMN model_pricing.completion_cost_per_1k IS 'Cost per 1,000 completion tokens in USD';

CREATE TABLE api_keys (
    id                      UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    key_hash                TEXT NOT NULL UNIQUE,
    key_prefix              TEXT NOT NULL,
    name                    TEXT NOT NULL,
    user_id                 TEXT,
    scopes                  TEXT[],
    rate_limit_rpm          INTEGER DEFAULT 60,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    expires_at              TIMESTAMPTZ,
    last_used_at            TIMESTAMPTZ,
    is_active               BOOLEAN NOT NULL DEFAULT true
);

CREATE INDEX idx_api_keys_hash
ON api_keys (key_hash)
WHERE is_active = true;

CREATE INDEX idx_api_keys_user
ON api_keys (user_id)
WHERE is_active = true;

CREATE INDEX idx_api_keys_expires
ON api_keys (expires_at)
WHERE expires_at IS NOT NULL AND is_active = true;

COMMENT ON TABLE api_keys IS 'API key management for authentication and authorization';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 hash of the API key (never store plain text)';
COMMENT ON COLUMN api_keys.key_prefix IS 'First 8 characters for display (e.g., "llm_obs_")';
COMMENT ON COLUMN api_keys.scopes IS 'Array of permissions: read, write, admin';
COMMENT ON COLUMN api_keys.rate_limit_rpm IS 'Rate limit in requests per minute';

CREATE TABLE users (
    id                      TEXT PRIMARY KEY,
    email                   TEXT UNIQUE,
    name                    TEXT,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    metadata                JSONB
);

CREATE INDEX idx_users_email
ON users (email)
WHERE email IS NOT NULL;

COMMENT ON TABLE users IS 'User accounts for LLM Observatory';
COMMENT ON COLUMN users.id IS 'External user ID from authentication provider';
COMMENT ON COLUMN users.metadata IS 'Additional user metadata as JSONB';

CREATE TABLE projects (
    id                      UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name                    TEXT NOT NULL,
    slug                    TEXT NOT NULL UNIQUE,
    owner_id                TEXT NOT NULL,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    settings                JSONB
);

CREATE INDEX idx_projects_owner
ON projects (owner_id);

CREATE INDEX idx_projects_slug
ON projects (slug);

COMMENT ON TABLE projects IS 'Project/workspace organization for multi-tenancy';
COMMENT ON COLUMN projects.slug IS 'URL-friendly identifier (e.g., "my-app-prod")';
COMMENT ON COLUMN projects.owner_id IS 'User who owns this project (references users.id)';
COMMENT ON COLUMN projects.settings IS 'Project-specific settings as JSONB';

ALTER TABLE api_keys
ADD CONSTRAINT fk_api_keys_user
FOREIGN KEY (user_id)
REFERENCES users(id)
ON DELETE CASCADE;

ALTER TABLE projects
ADD CONSTRAINT fk_projects_owner
FOREIGN KEY (owner_id)
REFERENCES users(id)
ON DELETE CASCADE;
