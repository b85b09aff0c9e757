//! Settings of a user's profile that change which rows or values an answer has: under each, the answer is right or refused by
//! the setting's name. The test's server has a user for every profile.

use cutover::frame::Value;
use cutover::source::{Engine, Error, SourceOptions};

use super::{ask, open, url};

/// What a user whose profile is `profile`, such as `limit=2&readonly=2`, is answered.
async fn under(profile: &str, options: &SourceOptions, sql: &str) -> Result<Vec<Value>, Error> {
    let mut url = url();
    url.set_username(&format!("profile?{profile}")).unwrap();
    ask(&open(&url, options), sql).await.map(|answer| answer.frame.values("v"))
}

fn said(name: &str, value: &str) -> SourceOptions {
    SourceOptions { settings: [(name.to_owned(), value.to_owned())].into(), ..SourceOptions::default() }
}

/// Profiles that cut, and a query of which they would leave less than these 100,000 rows or this value.
const CUTS: [(&str, &str, &str); 16] = [
    ("limit=2", "limit", "SELECT number AS v FROM numbers(100000)"),
    ("limit=0.5", "limit", "SELECT number AS v FROM numbers(100000)"),
    ("offset=1", "offset", "SELECT number AS v FROM numbers(100000)"),
    ("limit=7&page=3", "limit", "SELECT number AS v FROM numbers(100000)"),
    ("select=1 AS v LIMIT 1", "select", "SELECT number AS v FROM numbers(100000)"),
    ("additional_result_filter=v %2525 2 = 0", "additional_result_filter", "SELECT number AS v FROM numbers(100000)"),
    (
        "additional_table_filters={'system.numbers':'number < 5'}",
        "additional_table_filters",
        "SELECT number AS v FROM system.numbers LIMIT 100000",
    ),
    (
        "max_result_rows=10&result_overflow_mode=break&max_block_size=5",
        "result_overflow_mode",
        "SELECT number AS v FROM numbers(100000)",
    ),
    (
        "max_rows_to_read=10&read_overflow_mode=break&max_block_size=5",
        "read_overflow_mode",
        "SELECT number AS v FROM numbers_mt(100000)",
    ),
    (
        "max_rows_to_read_leaf=10&read_overflow_mode_leaf=break&max_block_size=5",
        "read_overflow_mode_leaf",
        "SELECT number AS v FROM numbers_mt(100000)",
    ),
    (
        "max_rows_to_group_by=10&group_by_overflow_mode=any&max_block_size=5",
        "group_by_overflow_mode",
        "SELECT number AS v FROM numbers(100000) GROUP BY number",
    ),
    (
        "max_rows_to_sort=10&sort_overflow_mode=break&max_block_size=5",
        "sort_overflow_mode",
        "SELECT number AS v FROM numbers(100000) ORDER BY number",
    ),
    (
        "max_rows_in_distinct=10&distinct_overflow_mode=break&max_block_size=5",
        "distinct_overflow_mode",
        "SELECT DISTINCT number AS v FROM numbers(100000)",
    ),
    (
        "max_rows_in_set=10&set_overflow_mode=break&max_block_size=5",
        "set_overflow_mode",
        "SELECT number AS v FROM numbers(100000) WHERE number IN (SELECT number FROM numbers(100000))",
    ),
    (
        "max_rows_in_join=10&join_overflow_mode=break&max_block_size=5",
        "join_overflow_mode",
        "SELECT number AS v FROM numbers(100000) AS l JOIN numbers(100000) AS r USING number",
    ),
    ("bool_true_representation=JA", "bool_true_representation", "SELECT toString(true) AS v"),
];

/// Catches a profile that cuts both sides alike. Where the limit itself stands, reaching it is an error that says so.
#[tokio::test]
async fn no_profile_cuts_an_answer() {
    for (profile, name, sql) in CUTS {
        for mode in ["0", "2"] {
            match under(&format!("{profile}&readonly={mode}"), &SourceOptions::default(), sql).await {
                Ok(rows) if sql.contains("true") => assert_eq!(rows, [Value::Text("true".to_owned())], "{profile}"),
                Ok(rows) => assert_eq!(rows.len(), 100_000, "{profile} with readonly = {mode}"),
                Err(refused) => {
                    let limit = profile.split(['=', '&']).next().unwrap();
                    assert!(limit.starts_with("max_"), "{profile} with readonly = {mode}: {refused}");
                    assert!(refused.message.contains("imit for"), "{profile} with readonly = {mode}: {refused}");
                }
            }
        }
        // An account that may change nothing, and one whose profile forbids this.
        for closed in ["readonly=1".to_owned(), format!("const={name}")] {
            let refused = under(&format!("{profile}&{closed}"), &SourceOptions::default(), sql).await;
            if let Err(refused) = refused {
                assert!(refused.message.contains(name), "{profile} with {closed}: {refused}");
            } else {
                // The engine lets this one be changed in any mode.
                assert_eq!(refused.unwrap().len(), 100_000, "{profile} with {closed}");
            }
        }
    }
}

/// Catches a condition that HTTP cannot take away, and one that leaves the very question for it without an answer.
#[tokio::test]
async fn a_filter_on_every_answer_is_refused() {
    for filter in ["1", "0", "v > 5"] {
        for mode in ["0", "1", "2"] {
            let sql = "SELECT number AS v FROM numbers(10)";
            let refused =
                under(&format!("filter={filter}&readonly={mode}"), &SourceOptions::default(), sql).await.unwrap_err();
            assert!(refused.message.contains("`filter`"), "{filter} with readonly = {mode}: {refused}");
        }
    }
}

/// Catches a query that means one thing in its author's client and another here.
#[tokio::test]
async fn what_changes_the_meaning_of_a_query_is_refused_until_the_suite_says_it() {
    for (name, value) in [
        ("aggregate_functions_null_for_empty", "1"),
        ("any_join_distinct_right_table_keys", "1"),
        ("apply_mutations_on_fly", "1"),
        ("cast_ipv4_ipv6_default_on_conversion_error", "1"),
        ("cast_keep_nullable", "1"),
        ("count_distinct_implementation", "uniq"),
        ("data_type_default_nullable", "1"),
        ("date_time_overflow_behavior", "saturate"),
        ("decimal_check_overflow", "0"),
        ("distributed_group_by_no_merge", "1"),
        ("distributed_product_mode", "local"),
        ("do_not_merge_across_partitions_select_final", "1"),
        ("empty_result_for_aggregation_by_constant_keys_on_empty_set", "0"),
        ("empty_result_for_aggregation_by_empty_set", "1"),
        ("enable_positional_arguments", "0"),
        ("except_default_mode", "DISTINCT"),
        ("external_table_functions_use_nulls", "0"),
        ("final", "1"),
        ("function_locate_has_mysql_compatible_argument_order", "0"),
        ("group_by_use_nulls", "1"),
        ("intersect_default_mode", "DISTINCT"),
        ("join_any_take_last_row", "1"),
        ("join_default_strictness", "ANY"),
        ("join_use_nulls", "1"),
        ("least_greatest_legacy_null_behavior", "1"),
        ("legacy_column_name_of_tuple_literal", "1"),
        ("prefer_column_name_to_alias", "1"),
        ("single_join_prefer_left_table", "0"),
        ("splitby_max_substrings_includes_remaining_string", "1"),
        ("totals_mode", "before_having"),
        ("transform_null_in", "1"),
        ("union_default_mode", "DISTINCT"),
    ] {
        let sql = "SELECT 1 AS v";
        for mode in ["0", "1", "2"] {
            let profile = format!("{name}={value}&readonly={mode}");
            let refused = under(&profile, &SourceOptions::default(), sql).await.expect_err(&profile);
            assert!(refused.message.contains(&format!("settings = {{ {name} = \"")), "{profile}: {refused}");
            let answer = under(&profile, &said(name, value), sql).await;
            assert_eq!(answer.unwrap_or_else(|e| panic!("{profile}: {e}")).len(), 1);
        }
        // Given, but the server's own default.
        let mut url = url();
        url.set_username(&format!("profile?{name}={value}")).unwrap();
        let report = open(&url, &said(name, value)).describe().await.unwrap();
        assert!(report.settings.contains_key(name), "{:?}", report.settings);
    }
    let same = under("join_use_nulls=0&readonly=1", &SourceOptions::default(), "SELECT 1 AS v").await.unwrap();
    assert_eq!(same.len(), 1);
}

/// Catches a profile that reads for another table, or in another language, what asks for settings or gives a constant.
#[tokio::test]
async fn a_question_for_the_settings_cannot_be_led_elsewhere() {
    let sql = "SELECT 1 AS v";
    let refused =
        under("implicit_table_at_top_level=system.numbers", &SourceOptions::default(), sql).await.unwrap_err();
    assert!(refused.message.contains("implicit_table_at_top_level"), "{refused}");
    let refused = under("dialect=prql&allow_experimental_prql_dialect=1", &SourceOptions::default(), sql).await;
    assert!(refused.is_err());
}
