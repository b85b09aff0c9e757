//! The declared table: settings of ClickHouse that change which rows or values an answer has.
//!
//! Those that cut, or only change how a value is written, are sent with every query at the value where they do nothing. Those
//! that change what a query means are never sent: only its author knows which meaning was meant, so a profile that has
//! another than the server's own default must be matched by the suite.

use std::collections::BTreeMap;

/// A setting as the account's profile has it.
pub(super) struct Found {
    pub(super) value: String,
    /// Whether it was given, or is the server's own default.
    pub(super) changed: bool,
}

/// What may cut the very questions for the settings, and where it cuts nothing.
pub(super) const GUARDS: [(&str, &str); 19] = [
    ("limit", "0"),
    ("offset", "0"),
    ("page", "0"),
    ("select", ""),
    // Under it a name that the server does not know is a condition instead of an error.
    ("http_allow_filters_as_unrecognized_url_parameters", "0"),
    ("additional_result_filter", ""),
    ("additional_table_filters", "{}"),
    ("read_overflow_mode", THROW),
    ("read_overflow_mode_leaf", THROW),
    ("group_by_overflow_mode", THROW),
    ("sort_overflow_mode", THROW),
    ("result_overflow_mode", THROW),
    ("timeout_overflow_mode", THROW),
    ("timeout_overflow_mode_leaf", THROW),
    ("set_overflow_mode", THROW),
    ("join_overflow_mode", THROW),
    ("transfer_overflow_mode", THROW),
    ("distinct_overflow_mode", THROW),
    ("extremes", "0"),
];

/// Ends a query whose client is gone. The server's default is another value, so it also shows whether settings arrive.
pub(super) const CANCEL: &str = "cancel_http_readonly_queries_on_client_close";

/// A condition on every answer. Over HTTP one more can be added and none taken away, so it must be empty in the profile.
pub(super) const FILTER: &str = "filter";

/// `break` gives the part of a result that was ready as if it were all of it, `any` drops groups.
const THROW: &str = "throw";

/// Further settings that hide rows, give those of another time, or change how values are written.
pub(super) const NEUTRAL: [(&str, &str); 29] = [
    ("apply_deleted_mask", "1"),
    ("apply_patch_parts", "1"),
    ("azure_ignore_file_doesnt_exist", "0"),
    ("bool_false_representation", "false"),
    ("bool_true_representation", "true"),
    ("date_time_output_format", "simple"),
    ("delta_lake_snapshot_version", "-1"),
    ("describe_compact_output", "0"),
    ("describe_include_subcolumns", "0"),
    ("describe_include_virtual_columns", "0"),
    ("engine_file_empty_if_not_exists", "0"),
    ("hdfs_ignore_file_doesnt_exist", "0"),
    ("iceberg_snapshot_id", "0"),
    ("iceberg_timestamp_ms", "0"),
    ("ignore_cold_parts_seconds", "0"),
    ("input_format_allow_errors_num", "0"),
    ("input_format_allow_errors_ratio", "0"),
    ("optimize_skip_unused_shards", "0"),
    ("optimize_substitute_columns", "0"),
    ("optimize_trivial_approximate_count_query", "0"),
    ("optimize_using_constraints", "0"),
    ("output_format_arrow_low_cardinality_as_dictionary", "0"),
    ("output_format_json_quote_64bit_integers", "0"),
    ("parallel_replica_offset", "0"),
    ("parallel_replicas_count", "0"),
    ("partial_result_on_first_cancel", "0"),
    ("s3_ignore_file_doesnt_exist", "0"),
    ("skip_unavailable_shards", "0"),
    ("use_query_cache", "0"),
];

/// Settings that change what a query means: name, default of the server, what another value does.
const MEANING: [(&str, &str, &str); 34] = [
    ("aggregate_functions_null_for_empty", "0", "aggregates of no rows are NULL"),
    ("any_join_distinct_right_table_keys", "0", "ANY JOIN finds other rows"),
    ("apply_mutations_on_fly", "0", "changes that are still to be made count as made"),
    ("cast_ipv4_ipv6_default_on_conversion_error", "0", "an address that cannot be read becomes 0.0.0.0"),
    ("cast_keep_nullable", "0", "CAST keeps NULL"),
    ("count_distinct_implementation", "uniqExact", "COUNT(DISTINCT) is another function, perhaps an estimate"),
    ("data_type_default_nullable", "0", "CAST to a type allows NULL"),
    ("date_time_overflow_behavior", "ignore", "times out of range become others"),
    ("decimal_check_overflow", "1", "decimals overflow unseen"),
    ("dialect", "clickhouse", "queries are in another language"),
    ("distributed_group_by_no_merge", "0", "groups of several shards stay apart"),
    ("distributed_product_mode", "deny", "subqueries read one shard, or all"),
    ("do_not_merge_across_partitions_select_final", "0", "FINAL keeps a row of each partition"),
    ("empty_result_for_aggregation_by_constant_keys_on_empty_set", "1", "aggregates of no rows have a row"),
    ("empty_result_for_aggregation_by_empty_set", "0", "aggregates of no rows have no row"),
    ("enable_positional_arguments", "1", "GROUP BY 1 is a constant"),
    ("except_default_mode", "ALL", "EXCEPT drops duplicates"),
    ("external_table_functions_use_nulls", "1", "NULLs of other databases become defaults"),
    ("final", "0", "every table is read with FINAL"),
    ("function_locate_has_mysql_compatible_argument_order", "1", "locate() takes its arguments the other way round"),
    ("group_by_use_nulls", "0", "keys of subtotals are NULL"),
    ("implicit_table_at_top_level", "", "a query without FROM reads a table"),
    ("intersect_default_mode", "ALL", "INTERSECT drops duplicates"),
    ("join_any_take_last_row", "0", "ANY JOIN finds other rows"),
    ("join_default_strictness", "ALL", "JOIN is another join"),
    ("join_use_nulls", "0", "what a join does not find is NULL, not a default"),
    ("least_greatest_legacy_null_behavior", "0", "least() and greatest() of NULL are NULL"),
    ("legacy_column_name_of_tuple_literal", "0", "columns have other names"),
    ("prefer_column_name_to_alias", "0", "a name means the column, not the alias"),
    ("single_join_prefer_left_table", "1", "a name in both tables means the other one"),
    ("splitby_max_substrings_includes_remaining_string", "0", "the last part of a split text is longer"),
    ("totals_mode", "after_having_exclusive", "WITH TOTALS counts other rows"),
    ("transform_null_in", "0", "IN finds NULL"),
    ("union_default_mode", "", "UNION drops duplicates"),
];

/// Settings that bear on a result in ways that nobody can judge from here.
const SHOWN: [&str; 9] = [
    "allow_experimental_analyzer",
    "compatibility",
    "enable_analyzer",
    "fallback_to_stale_replicas_for_distributed_queries",
    "max_replica_delay_for_distributed_queries",
    "select_sequential_consistency",
    "session_timezone",
    "use_legacy_to_time",
    "use_skip_indexes_if_final_exact_mode",
];

/// The condition on `system.settings` for all of them and for what a session must know besides.
pub(super) fn named() -> String {
    let set = GUARDS.iter().chain(&NEUTRAL).map(|(name, _)| *name);
    let rest = MEANING.iter().map(|(name, ..)| *name).chain(SHOWN).chain([CANCEL, "max_execution_time", "readonly"]);
    let names: Vec<String> = set.chain(rest).map(|name| format!("'{name}'")).collect();
    // A mode of a later version is one, too.
    format!(
        "(name IN ({}) OR endsWith(name, 'overflow_mode') OR endsWith(name, 'overflow_mode_leaf'))",
        names.join(", ")
    )
}

/// What is sent with every query to a server with these settings.
pub(super) fn neutral(profile: &BTreeMap<String, Found>) -> BTreeMap<String, String> {
    let modes = profile.keys().filter(|name| name.ends_with("overflow_mode") || name.ends_with("overflow_mode_leaf"));
    let modes = modes.map(|name| (name.clone(), THROW.to_owned()));
    let known = GUARDS.iter().chain(&NEUTRAL).filter(|(name, _)| profile.contains_key(*name));
    known.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(modes).collect()
}

/// Whether a query means with this profile what it means without one; `given` is what the suite sets.
///
/// # Errors
/// The first setting that changes it, and what to do about it.
pub(super) fn judge(profile: &BTreeMap<String, Found>, given: &BTreeMap<String, String>) -> Result<(), String> {
    // Under it the server's defaults are others, and count as such.
    let compatible = profile.get("compatibility").is_some_and(|found| !found.value.is_empty());
    for (name, default, harm) in MEANING {
        let Some(Found { value, changed }) = profile.get(name) else { continue };
        if (*changed || compatible) && !same(value, default) && !given.contains_key(name) {
            return Err(format!(
                "its profile has {name} = `{value}`, not `{default}`: {harm}; if that is meant, say so in the source: \
                 settings = {{ {name} = \"{value}\" }}, else another value"
            ));
        }
    }
    Ok(())
}

/// Whether the server holds what was `sent`: `told` are its settings with all of it; what the suite gave it judges itself.
///
/// # Errors
/// The first setting that it does not hold.
pub(super) fn verify(
    sent: &BTreeMap<String, String>,
    told: &BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
) -> Result<(), String> {
    let held = |name: &String, value: &String| told.get(name).is_some_and(|held| same(held, value));
    match sent.iter().find(|(name, value)| !given.contains_key(*name) && !held(name, value)) {
        None => Ok(()),
        Some((name, value)) => {
            let held = told.get(name).map_or("not told", String::as_str);
            Err(format!("`{name}` is {held} though {value} was sent; look for a proxy that drops settings"))
        }
    }
}

/// What the report shows: what changes the meaning of queries, and its mode of reading.
pub(super) fn shown(profile: &BTreeMap<String, Found>, told: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let always = ["join_use_nulls", "readonly"];
    let changed = |name: &str| profile.get(name).is_some_and(|found| found.changed);
    let bearing = MEANING.iter().map(|(name, ..)| *name).chain(SHOWN).filter(|name| changed(name));
    let names = bearing.chain(always).filter_map(|name| Some((name.to_owned(), told.get(name)?.clone())));
    names.collect()
}

/// Whether two texts are one value: servers write truth as a word or as a digit.
pub(super) fn same(left: &str, right: &str) -> bool {
    let plain = |text: &str| match text {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        other => other.to_ascii_lowercase(),
    };
    plain(left) == plain(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a setting that users cannot look up.
    #[test]
    fn every_setting_stands_in_the_documentation() {
        let page = include_str!("../../../docs/settings.md");
        let set = GUARDS.iter().chain(&NEUTRAL).map(|(name, _)| *name);
        for name in set.chain(MEANING.iter().map(|(name, ..)| *name)).chain(SHOWN).chain([FILTER]) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }

    /// Catches a mode that a later server has and the table lacks.
    #[test]
    fn every_overflow_mode_throws() {
        let found = |value: &str| Found { value: value.to_owned(), changed: true };
        let profile =
            [("window_overflow_mode".to_owned(), found("break")), ("max_threads".to_owned(), found("1"))].into();
        let sent = neutral(&profile);
        assert_eq!(sent, [("window_overflow_mode".to_owned(), "throw".to_owned())].into());
        let told = [("window_overflow_mode".to_owned(), "break".to_owned())].into();
        assert!(verify(&sent, &told, &BTreeMap::new()).unwrap_err().contains("`window_overflow_mode` is break"));
    }

    #[test]
    fn defaults_that_compatibility_turns_count() {
        let found = |value: &str, changed| Found { value: value.to_owned(), changed };
        let mut profile: BTreeMap<String, Found> = [("join_use_nulls".to_owned(), found("true", false))].into();
        assert!(judge(&profile, &BTreeMap::new()).is_ok());
        profile.insert("compatibility".to_owned(), found("19.1", true));
        assert!(judge(&profile, &BTreeMap::new()).unwrap_err().contains("join_use_nulls"));
    }
}
