//! Settings of a role that change which rows or values an answer has: each is made the role's default, and the answer is right or
//! refused by the setting's name.

use cutover::frame::Value;
use cutover::source::{Engine, SourceOptions};

use super::*;

/// Settings by name.
type Settings<'a> = &'a [(&'a str, &'a str)];

/// A role of the test's own, with `settings` as its defaults; its URL.
async fn role(name: &str, settings: &[(&str, &str)]) -> String {
    let mut sql = format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN \
         CREATE ROLE {name} LOGIN SUPERUSER PASSWORD 'x'; END IF; END $$; ALTER ROLE {name} RESET ALL;"
    );
    for (setting, value) in settings {
        sql.push_str(&format!("ALTER ROLE {name} SET {setting} = '{value}';"));
    }
    setup(&sql).await;
    with(|url| {
        url.set_username(name).unwrap();
        url.set_password(Some("x")).unwrap();
    })
}

/// Catches rows and values that a role's own default takes away or writes otherwise.
#[tokio::test]
async fn what_a_role_cuts_by_default_is_whole() {
    setup(
        "DROP TABLE IF EXISTS contract_gin; CREATE TABLE contract_gin (a int[]); \
         INSERT INTO contract_gin SELECT ARRAY[1, n] FROM generate_series(1, 20000) AS n; \
         CREATE INDEX ON contract_gin USING gin (a); ANALYZE contract_gin",
    )
    .await;
    let cases: [(Settings, &str, &str); 10] = [
        (
            &[("gin_fuzzy_search_limit", "100"), ("enable_seqscan", "off")],
            "SELECT count(*)::text AS v FROM contract_gin WHERE a @> ARRAY[1]",
            "20000",
        ),
        (&[("DateStyle", "German, DMY")], "SELECT date '2026-02-01'::text AS v", "2026-02-01"),
        (&[("IntervalStyle", "iso_8601")], "SELECT interval '1 day'::text AS v", "1 day"),
        (&[("extra_float_digits", "-3")], "SELECT (0.1::float8 + 0.2)::text AS v", "0.30000000000000004"),
        (&[("bytea_output", "escape")], "SELECT '\\x41'::bytea::text AS v", "\\x41"),
        (&[("xmlbinary", "hex")], "SELECT current_setting('xmlbinary') AS v", "base64"),
        (&[("quote_all_identifiers", "on")], "SELECT quote_ident('a') AS v", "a"),
        (&[("lc_numeric", "C.UTF-8")], "SELECT current_setting('lc_numeric') AS v", "C"),
        (&[("lc_time", "C.UTF-8")], "SELECT current_setting('lc_time') AS v", "C"),
        (&[("TimeZone", "Asia/Tokyo")], "SELECT to_timestamp(0)::date::text AS v", "1970-01-01"),
    ];
    for (settings, sql, right) in cases {
        let url = role("contract_cuts", settings).await;
        let answer = fetch(&open_url(&url, &SourceOptions::default()), sql).await;
        let answer = answer.unwrap_or_else(|e| panic!("{settings:?}: {e}"));
        assert_eq!(answer.values("v"), [Value::Text(right.to_owned())], "{settings:?}");
    }
}

/// Catches a query that means one thing in its author's client and another here.
#[tokio::test]
async fn what_changes_the_meaning_of_a_query_is_refused_until_the_suite_says_it() {
    for (name, value) in [
        ("array_nulls", "off"),
        ("hnsw.ef_search", "200"),
        ("ivfflat.probes", "10"),
        ("pg_trgm.similarity_threshold", "0.9"),
        ("pg_trgm.strict_word_similarity_threshold", "0.9"),
        ("pg_trgm.word_similarity_threshold", "0.9"),
        ("standard_conforming_strings", "off"),
        ("timezone_abbreviations", "Australia"),
        ("transform_null_equals", "on"),
        ("xmloption", "document"),
    ] {
        let url = role("contract_means", &[(name, value)]).await;
        let refused = fetch(&open_url(&url, &SourceOptions::default()), "SELECT 1 AS v").await.expect_err(name);
        for part in [format!("`{name}` is {value}"), format!("settings = {{ \"{name}\" = ")] {
            assert!(refused.message.contains(&part), "{name}: {refused}");
        }
        let said = SourceOptions { settings: [(name.to_owned(), value.to_owned())].into(), ..SourceOptions::default() };
        let engine = open_url(&url, &said);
        fetch(&engine, "SELECT 1 AS v").await.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(engine.describe().await.unwrap().settings[name], value);
        // The default, given by the role.
        let same = role("contract_means", &[("transform_null_equals", "off")]).await;
        fetch(&open_url(&same, &SourceOptions::default()), "SELECT 1 AS v").await.unwrap();
    }
}
