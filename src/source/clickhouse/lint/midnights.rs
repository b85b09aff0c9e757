//! Dates beside moments: ClickHouse takes a date for midnight in the zone of the column it is compared with, which need not be
//! that of the session.

use super::tree::Tree;
use crate::frame::time::is_utc;

/// Functions that bring two values to one type before they compare them.
const COMPARES: [&str; 14] = [
    "equals",
    "notEquals",
    "less",
    "lessOrEquals",
    "greater",
    "greaterOrEquals",
    "in",
    "notIn",
    "globalIn",
    "globalNotIn",
    "nullIn",
    "notNullIn",
    "globalNullIn",
    "globalNotNullIn",
];

/// The warning about the function `at`, where it compares a moment with a date that is midnight of another zone than UTC;
/// `session` is the zone of columns that name none.
pub(super) fn warned(tree: &Tree, at: usize, session: &str) -> Option<String> {
    if !COMPARES.contains(&tree.attribute(at, "function_name")?) {
        return None;
    }
    let arguments: Vec<(usize, &str)> =
        tree.arguments(at).iter().filter_map(|&one| Some((one, typed(tree, one)?))).collect();
    let &(moment, of) = arguments.iter().find(|(_, of)| plain(of).starts_with("DateTime"))?;
    let dated = arguments.iter().any(|(_, of)| is_dates(of));
    let zone = named_zone(plain(of)).unwrap_or(session);
    if !dated || is_utc(zone) {
        return None;
    }
    let named = tree.attribute(moment, "column_name").map_or("a moment".to_owned(), |name| format!("`{name}`"));
    Some(format!(
        "{named} ({}) is compared with a date, which is midnight of {zone} there and not of UTC; write a moment, such as \
         toDateTime64('2026-01-01 00:00:00', 6, 'UTC'), or give the param or the end of the window as 2026-01-01T00:00:00Z",
        of.replace("\\'", "'")
    ))
}

/// The type of a node: that of a constant is told otherwise than that of a column, and that of a query is its only column's.
fn typed(tree: &Tree, at: usize) -> Option<&str> {
    if tree.label(at) == "QUERY" {
        let list = *tree.children(tree.section(at, "PROJECTION")?).first()?;
        return typed(tree, *tree.children(list).first()?);
    }
    tree.attribute(at, "result_type").or_else(|| tree.attribute(at, "constant_value_type"))
}

/// A type without the wrappers that change no comparison.
fn plain(of: &str) -> &str {
    let inner = ["Nullable(", "LowCardinality("].iter().find_map(|name| of.strip_prefix(name)?.strip_suffix(')'));
    inner.map_or(of, plain)
}

/// Whether a type is that of dates, or of a list of them.
fn is_dates(of: &str) -> bool {
    let of = plain(of);
    let items = ["Tuple(", "Array(", "Set("].iter().find_map(|name| of.strip_prefix(name)?.strip_suffix(')'));
    items.unwrap_or(of).split(", ").all(|one| ["Date", "Date32"].contains(&plain(one)))
}

/// The zone that a type of moments names, between quotes that the answer escapes.
fn named_zone(of: &str) -> Option<&str> {
    of.split(['\'', '\\'])
        .find(|part| part.starts_with(|first: char| first.is_ascii_alphabetic()) && !part.starts_with("DateTime"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a comparison that is not looked at, and one that is warned of although its date is a midnight of UTC.
    #[test]
    fn only_a_date_beside_a_moment_of_another_zone_is_warned_of() {
        let york =
            "COLUMN id: 4, column_name: at, result_type: Nullable(DateTime64(6, \\'America/New_York\\')), source_id: 9";
        let utc = "COLUMN id: 4, column_name: at, result_type: DateTime(\\'UTC\\'), source_id: 9";
        let none = "COLUMN id: 4, column_name: at, result_type: DateTime, source_id: 9";
        let date = "CONSTANT id: 5, constant_value: Int64_20454, constant_value_type: Date32";
        let dates =
            "CONSTANT id: 5, constant_value: Tuple_(UInt64_1), constant_value_type: Tuple(Date, Nullable(Date))";
        let column = "COLUMN id: 5, column_name: day, result_type: LowCardinality(Nullable(Date)), source_id: 9";
        let moment = "CONSTANT id: 5, constant_value: Decimal64_\\'1\\', constant_value_type: DateTime64(6, \\'UTC\\')";
        for (function, left, right, session, zone) in [
            ("greaterOrEquals", york, date, "UTC", Some("America/New_York")),
            ("less", date, york, "UTC", Some("America/New_York")),
            ("in", york, dates, "UTC", Some("America/New_York")),
            ("equals", york, column, "UTC", Some("America/New_York")),
            ("less", none, date, "Asia/Tokyo", Some("Asia/Tokyo")),
            ("less", none, date, "UTC", None),
            ("less", utc, date, "Asia/Tokyo", None),
            ("less", york, moment, "UTC", None),
            ("less", column, date, "Asia/Tokyo", None),
            ("coalesce", york, date, "UTC", None),
        ] {
            let text = format!(
                "QUERY id: 0\n  WHERE\n    FUNCTION id: 1, function_name: {function}, function_type: ordinary, result_type: UInt8\n      \
                 ARGUMENTS\n        LIST id: 3, nodes: 2\n          {left}\n          {right}"
            );
            let tree = Tree::read(&text.lines().map(str::to_owned).collect::<Vec<_>>()).unwrap();
            let said: Vec<String> = tree.nodes().filter_map(|at| warned(&tree, at, session)).collect();
            let told = |zone| said.len() == 1 && said[0].contains(&format!("midnight of {zone} there"));
            assert!(zone.map_or(said.is_empty(), told), "{function} {left} {right}: {said:?}");
        }
    }
}
