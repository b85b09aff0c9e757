//! Parts of a row diff that a server can do itself: SQL made around a check's own query.
//!
//! Each form is used only where it gives what reading all rows would give; who asks makes sure of the columns.

use super::EngineName;
use crate::frame::Type;

/// A column of a statement as its server describes it, without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Name in the result.
    pub name: String,
    /// The server's own name of its type.
    pub database_type: String,
    /// Its canonical type.
    pub of: Type,
}

/// `sql` cut down to the rows whose key is in a sample: the first 64 bits of the MD5 of the key's text lie below
/// `below`. The text is that of `rowdiff`: length, colon, text, comma for each column, `-,` for NULL.
///
/// Absent where the engine has no such expression. The key columns must be integers, text, UUIDs or dates.
pub fn sampled(engine: EngineName, sql: &str, key: &[&str], below: u64) -> Option<String> {
    let sql = statement(sql);
    let columns: Vec<String> = key.iter().map(|name| quoted(engine, name)).collect();
    let joined = |expressions: Vec<String>, separator: &str| expressions.join(separator);
    Some(match engine {
        EngineName::Postgres => {
            let text = |k: &String| {
                format!("coalesce(octet_length(convert_to({k}::text, 'UTF8'))::text || ':' || {k}::text, '-') || ','")
            };
            let text = joined(columns.iter().map(text).collect(), " || ");
            format!(
                "SELECT * FROM (\n{sql}\n) AS cutover_sample\n\
                 WHERE md5(convert_to({text}, 'UTF8')) COLLATE \"C\" < '{below:016x}'"
            )
        }
        EngineName::MySql => {
            let text = |k: &String| {
                format!("IF({k} IS NULL, '-,', CONCAT(LENGTH(CAST({k} AS CHAR)), ':', CAST({k} AS CHAR), ','))")
            };
            let text = joined(columns.iter().map(text).collect(), ", ");
            format!("SELECT * FROM (\n{sql}\n) AS cutover_sample\nWHERE MD5(CONCAT({text})) < '{below:016x}'")
        }
        EngineName::ClickHouse => {
            let text = |k: &String| {
                format!("if(isNull({k}), '-,', concat(toString(length(toString({k}))), ':', toString({k}), ','))")
            };
            let text = joined(columns.iter().map(text).collect(), ", ");
            format!(
                "SELECT * FROM (\n{sql}\n) AS cutover_sample\n\
                 WHERE lower(hex(MD5(assumeNotNull(concat('', {text}))))) < '{below:016x}'"
            )
        }
        EngineName::Sqlite | EngineName::Files => return None,
    })
}

/// `sql` cut down to the rows whose `column` lies in [`from`, `to`), both literals of the engine; without them to the
/// rows where it is NULL.
pub fn windowed(engine: EngineName, sql: &str, column: &str, bounds: Option<(&str, &str)>) -> String {
    let column = quoted(engine, column);
    let filter = match bounds {
        Some((from, to)) => format!("{column} >= {from} AND {column} < {to}"),
        None => format!("{column} IS NULL"),
    };
    format!("SELECT * FROM (\n{}\n) AS cutover_window\nWHERE {filter}", statement(sql))
}

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

/// Name of the column of [`differing`] that holds the hash of the row.
pub const ROW_HASH: &str = "cutover_row";

/// A query that ClickHouse answers with one row about both sides: rows of old, rows of new, keys that stand once on each
/// side with the same values, keys that do not, texts that are not UTF-8; of the keys that do not, the hashes of up to
/// [`MOST_KEYS`] and per side the sum of the rows' hashes; and for each numeric column of `compared`, in their order, how
/// many finite numbers old holds in rows of the other keys.
///
/// The same values are those with one 128-bit SipHash of what the server holds, key and columns together.
pub fn grouped(old: &str, new: &str, key: &[Pair], compared: &[Pair]) -> String {
    let all = || key.iter().chain(compared);
    let numeric: Vec<&Pair> = compared.iter().filter(|pair| is_number(&pair.of)).collect();
    let side = |sql: &str, is_new: bool, name: fn(&Pair) -> &str| {
        let column = |pair: &Pair| quoted(EngineName::ClickHouse, name(pair));
        let mut columns: Vec<String> =
            key.iter().enumerate().map(|(at, pair)| format!("{} AS cutover_k{at}", column(pair))).collect();
        columns.push(format!("{} AS cutover_hash", row_hash(key, compared, name)));
        columns.push(format!("toUInt8({}) AS cutover_new", u8::from(is_new)));
        let texts: Vec<String> = all()
            .filter(|pair| pair.of == Type::Text)
            .map(|pair| format!("isValidUTF8(ifNull(toString({}), ''))", column(pair)))
            .collect();
        let valid = if texts.is_empty() { "1".to_owned() } else { texts.join(" AND ") };
        columns.push(format!("toUInt8(NOT ({valid})) AS cutover_broken"));
        columns.extend(numeric.iter().enumerate().map(|(at, pair)| {
            let finite = match pair.of {
                Type::Float => format!("ifNull(isFinite({}), 0)", column(pair)),
                _ => format!("isNotNull({})", column(pair)),
            };
            format!("toUInt8({finite}) AS cutover_n{at}")
        }));
        format!("SELECT {} FROM (\n{}\n)", columns.join(", "), statement(sql))
    };
    let keys = (0..key.len()).map(|at| format!("cutover_k{at}")).collect::<Vec<_>>().join(", ");
    let key_bits =
        key.iter().enumerate().map(|(at, pair)| bits(&format!("cutover_k{at}"), &pair.of)).collect::<Vec<_>>();
    let sums: String =
        (0..numeric.len()).map(|at| format!(", sumIf(cutover_n{at}, cutover_new = 0) AS cutover_m{at}")).collect();
    let totals: String =
        (0..numeric.len()).map(|at| format!(", sumIf(cutover_m{at}, cutover_same) AS cutover_finite{at}")).collect();
    let hashes = |is_new| format!("sumIf(reinterpretAsUInt64(cutover_hash), cutover_new = {is_new})");
    format!(
        "SELECT sum(cutover_rows) - sum(cutover_news) AS cutover_old_rows, sum(cutover_news) AS cutover_new_rows, \
         countIf(cutover_same) AS cutover_equal, countIf(NOT cutover_same) AS cutover_differing, \
         sum(cutover_unread) AS cutover_unreadable, sumIf(cutover_o, NOT cutover_same) AS cutover_old_sum, \
         sumIf(cutover_w, NOT cutover_same) AS cutover_new_sum, \
         groupArrayIf({MOST_KEYS})(sipHash64({}), NOT cutover_same) AS cutover_keys{totals}\n\
         FROM (\n\
         SELECT {keys}, count() AS cutover_rows, sum(cutover_new) AS cutover_news, \
         sum(cutover_broken) AS cutover_unread, \
         cutover_rows = 2 AND cutover_news = 1 AND min(cutover_hash) = max(cutover_hash) AS cutover_same, \
         {} AS cutover_o, {} AS cutover_w{sums}\n\
         FROM (\n{}\nUNION ALL\n{}\n)\nGROUP BY {keys}\n)",
        key_bits.join(", "),
        hashes(0),
        hashes(1),
        side(old, false, |pair| &pair.old),
        side(new, true, |pair| &pair.new),
    )
}

/// `sql` of one side cut down to the rows whose key has one of `hashes`, each row with its own hash as [`ROW_HASH`]:
/// both hashes are those of [`grouped`].
pub fn differing(sql: &str, key: &[Pair], compared: &[Pair], name: fn(&Pair) -> &str, hashes: &[u64]) -> String {
    let column = |pair: &Pair| bits(&quoted(EngineName::ClickHouse, name(pair)), &pair.of);
    let key_bits = key.iter().map(column).collect::<Vec<_>>().join(", ");
    let hashes = hashes.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    format!(
        "SELECT *, reinterpretAsUInt64({}) AS {ROW_HASH} FROM (\n{}\n)\nWHERE sipHash64({key_bits}) IN ({hashes})",
        row_hash(key, compared, name),
        statement(sql)
    )
}

/// The 128-bit hash of a row: key and compared columns.
fn row_hash(key: &[Pair], compared: &[Pair], name: fn(&Pair) -> &str) -> String {
    let column = |pair: &Pair| bits(&quoted(EngineName::ClickHouse, name(pair)), &pair.of);
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

/// Whether a column of this type holds numbers that a distance can be taken of.
pub fn is_number(of: &Type) -> bool {
    matches!(of, Type::Integer | Type::Decimal { .. } | Type::Float)
}

/// The statement without what ends it, so that it can stand in parentheses.
pub fn statement(sql: &str) -> &str {
    sql.trim_end_matches(|c: char| c.is_whitespace() || c == ';')
}

/// `name` as an identifier.
pub fn quoted(engine: EngineName, name: &str) -> String {
    match engine {
        EngineName::MySql => format!("`{}`", name.replace('`', "``")),
        EngineName::ClickHouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        EngineName::Postgres | EngineName::Sqlite | EngineName::Files => {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }
}
