//! The question which rows of two sides differ, as one ClickHouse server that holds both answers it.

use super::super::EngineName;
use super::{Names, is_number};
use crate::frame::Type;

/// Name of ours for the column of [`differing`] that holds the hash of the row.
pub const ROW_HASH: &str = "row";

/// One column of both sides, by its name on each.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Name in old.
    pub old: String,
    /// Name in new.
    pub new: String,
    /// What it holds, the same on both sides.
    pub of: Type,
}

/// Most keys that [`grouped`] names: their hashes, in text, have to fit a query.
pub const MOST_KEYS: u64 = 100_000;

/// A query that ClickHouse answers with one row about both sides: rows of old, rows of new, keys that stand once on each
/// side with the same values, keys that do not, texts that are not UTF-8; of the keys that do not, the hashes of up to
/// [`MOST_KEYS`] and per side the sum of the rows' hashes; and for each numeric column of `compared`, in their order, how
/// many finite numbers old holds in rows of the other keys.
///
/// The same values are those with one 128-bit SipHash of what the server holds, key and columns together.
pub fn grouped(names: &Names, old: &str, new: &str, key: &[Pair], compared: &[Pair]) -> String {
    let prefix = &names.0;
    let all = || key.iter().chain(compared);
    let numeric: Vec<&Pair> = compared.iter().filter(|pair| is_number(&pair.of)).collect();
    let side = |sql: &str, is_new: bool, name: fn(&Pair) -> &str| {
        let column = |pair: &Pair| names.column(EngineName::ClickHouse, name(pair));
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
        format!("SELECT {} {}", columns.join(", "), names.from(EngineName::ClickHouse, sql))
    };
    let keys = (0..key.len()).map(|at| format!("{prefix}k{at}")).collect::<Vec<_>>().join(", ");
    let key_bits =
        key.iter().enumerate().map(|(at, pair)| bits(&format!("{prefix}k{at}"), &pair.of)).collect::<Vec<_>>();
    let sums: String =
        (0..numeric.len()).map(|at| format!(", sumIf({prefix}n{at}, {prefix}new = 0) AS {prefix}m{at}")).collect();
    let totals: String =
        (0..numeric.len()).map(|at| format!(", sumIf({prefix}m{at}, {prefix}same) AS cutover_finite{at}")).collect();
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

/// `sql` of one side cut down to the rows whose key has one of `hashes`, each row with its own hash under the name
/// [`ROW_HASH`] of ours:
/// both hashes are those of [`grouped`].
pub fn differing(
    names: &Names,
    sql: &str,
    key: &[Pair],
    compared: &[Pair],
    name: fn(&Pair) -> &str,
    hashes: &[u64],
) -> String {
    let column = |pair: &Pair| bits(&names.column(EngineName::ClickHouse, name(pair)), &pair.of);
    let key_bits = key.iter().map(column).collect::<Vec<_>>().join(", ");
    let hashes = hashes.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    format!(
        "SELECT *, reinterpretAsUInt64({}) AS {} {}\nWHERE sipHash64({key_bits}) IN ({hashes})",
        row_hash(names, key, compared, name),
        names.name(ROW_HASH),
        names.from(EngineName::ClickHouse, sql)
    )
}

/// The 128-bit hash of a row: key and compared columns.
fn row_hash(names: &Names, key: &[Pair], compared: &[Pair], name: fn(&Pair) -> &str) -> String {
    let column = |pair: &Pair| bits(&names.column(EngineName::ClickHouse, name(pair)), &pair.of);
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

/// Whether ClickHouse compares values of this type as cutover does, given that both sides have the same type.
pub fn hashable(of: &Type) -> bool {
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
