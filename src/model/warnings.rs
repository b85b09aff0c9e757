//! The names of all warnings, for whoever accepts one by name.

/// Codes of warnings, as `accept` and reports name them.
pub const WARNINGS: [&str; 24] = [
    "aggregate_state",
    "all_keys",
    "approximate",
    "duplicate_tags_in_old",
    "final",
    "float_sum",
    "join_nulls",
    "mask_misspelt",
    "mask_unused",
    "moved_window",
    "new_ahead_of_old",
    "not_analysed",
    "not_settled",
    "nulls_dropped",
    "numbers_as_text",
    "retried",
    "rows_differ",
    "server_warning",
    "session_time_zone",
    "settings_not_sent",
    "unpinned_waiver",
    "unused_waiver",
    "view_behind",
    "view_not_populated",
];
