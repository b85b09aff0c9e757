//! What the tests share: the engines they talk to and the built program.

/// The URL of a test engine; a missing one fails the test, it is never skipped in silence.
pub(crate) fn engine_url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set; `tests/run` starts the engines and sets it, or name your own server")
    })
}

/// The path of the driver of Spark Connect.
pub(crate) fn spark_driver() -> String {
    engine_url("CUTOVER_TEST_SPARK_DRIVER")
}

/// The path of Snowflake's driver.
pub(crate) fn snowflake_driver() -> String {
    engine_url("CUTOVER_TEST_SNOWFLAKE_DRIVER")
}

/// The path of BigQuery's driver.
pub(crate) fn bigquery_driver() -> String {
    engine_url("CUTOVER_TEST_BIGQUERY_DRIVER")
}

/// The path of DuckDB's library.
pub(crate) fn duckdb_driver() -> String {
    engine_url("CUTOVER_TEST_DUCKDB_DRIVER")
}
