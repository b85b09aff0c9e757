//! The demo suite, as it stands under `checks/demo/`.

/// Name of the suite file.
pub const SUITE: &str = "suite.toml";

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Every file of the suite: its path below the suite's folder, and its text.
        pub const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../checks/demo/", $name)))),+];
    };
}

files!(
    "suite.toml",
    "sql/cost_by_model.new.sql",
    "sql/cost_by_model.old.postgres.sql",
    "sql/cost_by_model.old.sql",
    "sql/cost_by_project.new.sql",
    "sql/cost_by_project.old.postgres.sql",
    "sql/cost_by_project.old.sql",
    "sql/invoices.new.sql",
    "sql/invoices.old.sql",
    "sql/latency_by_model.new.sql",
    "sql/latency_by_model.old.sql",
    "sql/latency_rollup.new.sql",
    "sql/latency_rollup.old.sql",
    "sql/orphan_spans.new.clickhouse.sql",
    "sql/orphan_spans.new.sql",
    "sql/quantiles_in_order.new.sql",
    "sql/rollup_freshness.new.sql",
    "sql/rollup_freshness.old.sql",
    "sql/sessions_by_project.new.sql",
    "sql/sessions_by_project.old.sql",
    "sql/spans.new.sql",
    "sql/spans.old.postgres.sql",
    "sql/spans.old.sql",
    "sql/tokens_by_day.new.sql",
    "sql/tokens_by_day.old.sql",
    "sql/trace_count.new.sql",
    "sql/trace_count.old.sql",
    "sql/trace_tags.new.sql",
    "sql/trace_tags.old.sql",
    "sql/traces.new.sql",
    "sql/traces.old.postgres.sql",
    "sql/traces.old.sql",
    "sql/traces_by_day.new.sql",
    "sql/traces_by_day.old.sql",
);
