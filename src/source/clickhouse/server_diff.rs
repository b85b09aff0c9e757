//! The question which rows of two sides differ, by hashes of keys and rows.

use super::super::dialect::Dialect;
use super::super::gate::statement;
use super::super::pushdown::server_diff::{MOST_KEYS, Pair, ROW_HASH, ServerDiff};
use super::super::pushdown::{Names, is_number};
use super::dialect::ClickHouse;
use crate::frame::Type;

/// The same values are those with one 128-bit SipHash of what the server holds, key and columns together.
impl ServerDiff for ClickHouse {
    fn hashable(&self, of: &Type) -> bool {
        matches!(
            of,
            Type::Bool
                | Type::Integer
                | Type::Decimal { .. }
                | Type::Float
                | Type::Text
                | Type::Date
                | Type::Instant
                | Type::Uuid
        )
    }

    fn grouped(&self, names: &Names, old: &str, new: &str, key: &[Pair], compared: &[Pair]) -> String {
        let prefix = names.name("");
        let all = || key.iter().chain(compared);
        let numeric: Vec<&Pair> = compared.iter().filter(|pair| is_number(&pair.of)).collect();
        let side = |sql: &str, is_new: bool, name: fn(&Pair) -> &str| {
            let column = |pair: &Pair| column(names, name(pair));
            let mut columns: Vec<String> =
                key.iter().enumerate().map(|(at, pair)| format!("{} AS {prefix}k{at}", column(pair))).collect();
            columns.push(format!("{} AS {prefix}hash", row_hash(names, key, compared, name)));
            columns.push(format!("toUInt8({}) AS {prefix}new", u8::from(is_new)));
            let texts: Vec<String> = all()
                .filter(|pair| pair.of == Type::Text)
                .map(|pair| format!("isValidUTF8(ifNull(toString({}), ''))", column(pair)))
                .collect();
            let valid = if texts.is_empty() { "1".to_owned() } else { texts.join(" AND ") };
            columns.push(format!("toUInt8(NOT ({valid})) AS {prefix}broken"));
            columns.extend(numeric.iter().enumerate().map(|(at, pair)| {
                let finite = match pair.of {
                    Type::Float => format!("ifNull(isFinite({}), 0)", column(pair)),
                    _ => format!("isNotNull({})", column(pair)),
                };
                format!("toUInt8({finite}) AS {prefix}n{at}")
            }));
            format!("SELECT {} {}", columns.join(", "), names.from(statement(&ClickHouse, sql)))
        };
        let keys = (0..key.len()).map(|at| format!("{prefix}k{at}")).collect::<Vec<_>>().join(", ");
        let key_bits =
            key.iter().enumerate().map(|(at, pair)| bits(&format!("{prefix}k{at}"), &pair.of)).collect::<Vec<_>>();
        let sums: String =
            (0..numeric.len()).map(|at| format!(", sumIf({prefix}n{at}, {prefix}new = 0) AS {prefix}m{at}")).collect();
        let totals: String = (0..numeric.len())
            .map(|at| format!(", sumIf({prefix}m{at}, {prefix}same) AS cutover_finite{at}"))
            .collect();
        let hashes = |is_new| format!("sumIf(reinterpretAsUInt64({prefix}hash), {prefix}new = {is_new})");
        format!(
            "SELECT sum({prefix}rows) - sum({prefix}news) AS cutover_old_rows, sum({prefix}news) AS cutover_new_rows, \
             countIf({prefix}same) AS cutover_equal, countIf(NOT {prefix}same) AS cutover_differing, \
             sum({prefix}unread) AS cutover_unreadable, sumIf({prefix}o, NOT {prefix}same) AS cutover_old_sum, \
             sumIf({prefix}w, NOT {prefix}same) AS cutover_new_sum, \
             groupArrayIf({MOST_KEYS})(sipHash64({}), NOT {prefix}same) AS cutover_keys{totals}\n\
             FROM (\n\
             SELECT {keys}, count() AS {prefix}rows, sum({prefix}new) AS {prefix}news, \
             sum({prefix}broken) AS {prefix}unread, \
             {prefix}rows = 2 AND {prefix}news = 1 AND min({prefix}hash) = max({prefix}hash) AS {prefix}same, \
             {} AS {prefix}o, {} AS {prefix}w{sums}\n\
             FROM (\n{}\nUNION ALL\n{}\n)\nGROUP BY {keys}\n)",
            key_bits.join(", "),
            hashes(0),
            hashes(1),
            side(old, false, |pair| &pair.old),
            side(new, true, |pair| &pair.new),
        )
    }

    fn differing(
        &self,
        names: &Names,
        sql: &str,
        key: &[Pair],
        compared: &[Pair],
        name: fn(&Pair) -> &str,
        hashes: &[u64],
    ) -> String {
        let column = |pair: &Pair| bits(&column(names, name(pair)), &pair.of);
        let key_bits = key.iter().map(column).collect::<Vec<_>>().join(", ");
        let hashes = hashes.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        format!(
            "SELECT *, reinterpretAsUInt64({}) AS {} {}\nWHERE sipHash64({key_bits}) IN ({hashes})",
            row_hash(names, key, compared, name),
            names.name(ROW_HASH),
            names.from(statement(&ClickHouse, sql))
        )
    }
}

/// A column of the query of a side.
fn column(names: &Names, name: &str) -> String {
    names.column(&ClickHouse.quoted(name))
}

/// The 128-bit hash of a row: key and compared columns.
fn row_hash(names: &Names, key: &[Pair], compared: &[Pair], name: fn(&Pair) -> &str) -> String {
    let column = |pair: &Pair| bits(&column(names, name(pair)), &pair.of);
    let hashed = key.iter().chain(compared).map(column).collect::<Vec<_>>().join(", ");
    format!("sipHash128Reference({hashed})")
}

/// What is hashed of a column: whether it is NULL, and its value, a float by its bits.
fn bits(column: &str, of: &Type) -> String {
    let value = format!("assumeNotNull({column})");
    match of {
        Type::Float => format!("isNull({column}), reinterpretAsUInt64({value})"),
        _ => format!("isNull({column}), {value}"),
    }
}
