//! The question which rows of two sides differ, by hashes of keys and rows.

use super::super::dialect::Dialect;
use super::super::gate::statement;
use super::super::pushdown::server_diff::{
    Buckets, MOST_KEYS, Pair, ROW_HASH, RowHash, Seeded, ServerDiff, SideQuestion,
};
use super::super::pushdown::{Names, is_number};
use super::dialect::ClickHouse;
use crate::frame::Type;
use crate::model::{Side, Sides};

/// What a row of new counts beside the rows of old, in the one number that counts both.
const NEW: u64 = 1 << 32;

/// The same values are those with one hash of what the server holds, key and columns together.
///
/// `cityHash64` takes the seed of the run first, but hashes each text before that by itself: whoever may choose values can
/// make two that it takes for one. `sipHash128ReferenceKeyed` has the seed for its key.
///
/// Rows are grouped by `xxHash64` of their key, a fixed width whatever the key is. Two keys with one hash are a group of
/// more than two rows, or of two whose row hashes, by another function and with the key in them, differ: the group is read.
impl ServerDiff for ClickHouse {
    fn hash(&self, hash: RowHash) -> Option<(&'static str, u32)> {
        Some(match hash {
            RowHash::Fast => ("cityHash64", 64),
            RowHash::Strong => ("sipHash128", 128),
        })
    }

    fn grouped(
        &self,
        names: &Names,
        queries: &Sides<String>,
        key: &[Pair],
        compared: &[Pair],
        seeded: Seeded,
    ) -> Option<String> {
        let (prefix, same) = (names.name(""), names.name("same"));
        // A sum of both sides in one number: more than 2³² rows of one key would be miscounted, and then what is read is
        // not what was counted. Whether two rows are equal does not hang on it.
        let rows = |is_new: bool| format!("toUInt64({}) AS {prefix}rows", if is_new { NEW } else { 1 });
        let flags = Flags::of(names, key, compared);
        let zero = match seeded.hash {
            RowHash::Fast => "toUInt64(0)",
            RowHash::Strong => "toUInt128(0)",
        };
        let side = |sql: &str, is_new: bool, name: fn(&Pair) -> &str| {
            let hash = row_hash(names, key, compared, name, seeded);
            let hashes = match is_new {
                false => format!("{hash} AS {prefix}o, {zero} AS {prefix}w"),
                true => format!("{zero} AS {prefix}o, {hash} AS {prefix}w"),
            };
            format!(
                "SELECT {} AS {prefix}key, {hashes}, {}{} {}",
                key_hash(names, key, name, seeded),
                rows(is_new),
                flags.columns(is_new),
                names.from(statement(&ClickHouse, sql))
            )
        };
        let sum = |column: &str| format!("reinterpretAsUInt64(sumIf({prefix}{column}, NOT {prefix}same))");
        Some(format!(
            "SELECT sum(bitAnd({prefix}rows, {})) AS cutover_old_rows, \
             sum(bitShiftRight({prefix}rows, 32)) AS cutover_new_rows, countIf({prefix}same) AS cutover_equal, \
             countIf(NOT {prefix}same) AS cutover_differing, {} AS cutover_unreadable, {} AS cutover_old_sum, \
             {} AS cutover_new_sum, groupArrayIf({MOST_KEYS})({prefix}key, NOT {prefix}same) AS cutover_keys{}\n\
             FROM (\n\
             SELECT {prefix}key, sum({prefix}rows) AS {prefix}rows, sum({prefix}o) AS {prefix}o, \
             sum({prefix}w) AS {prefix}w{}, {prefix}rows = {} AND {prefix}o = {prefix}w AS {prefix}same\n\
             FROM (\n{}\nUNION ALL\n{}\n)\nGROUP BY {prefix}key\n)",
            NEW - 1,
            flags.unreadable(&same),
            sum("o"),
            sum("w"),
            flags.totals(&same, compared),
            flags.sums(),
            NEW + 1,
            side(&queries.old, false, |pair| &pair.old),
            side(&queries.new, true, |pair| &pair.new),
        ))
    }

    fn differing(&self, of: SideQuestion<'_>, buckets: &Buckets) -> String {
        let SideQuestion { names, sql, key, compared, name, seeded } = of;
        let hash = row_hash(names, key, compared, name, seeded);
        let hash = match seeded.hash {
            RowHash::Fast => hash,
            RowHash::Strong => format!("reinterpretAsUInt64({hash})"),
        };
        format!(
            "SELECT *, {hash} AS {} {}\nWHERE {}",
            names.name(ROW_HASH),
            names.from(statement(&ClickHouse, sql)),
            in_buckets(&key_hash(names, key, name, seeded), buckets),
        )
    }

    fn checksums(&self, of: SideQuestion<'_>, side: Side, bits: u32, within: Option<&Buckets>) -> String {
        let SideQuestion { names, sql, key, compared, name, seeded } = of;
        let prefix = names.name("");
        let flags = Flags::of(names, key, compared);
        let within = within
            .map_or_else(String::new, |buckets| format!("WHERE {}\n", in_buckets(&format!("{prefix}key"), buckets)));
        // Keys are counted first: a bucket with a key that stands more than once is looked at row by row.
        format!(
            "SELECT {} AS cutover_bucket, sum({prefix}rows) AS cutover_bucket_rows, sum({prefix}hash) AS cutover_bucket_sum, \
             toUInt64(max({prefix}rows) > 1 OR {} > 0) AS cutover_bucket_open{}, sum(sum({prefix}rows)) OVER () AS cutover_total\n\
             FROM (\n\
             SELECT {prefix}key, count() AS {prefix}rows, sum({prefix}hash) AS {prefix}hash{}\n\
             FROM (\nSELECT {} AS {prefix}key, {} AS {prefix}hash{} {}\n)\n{within}\
             GROUP BY {prefix}key\n)\n\
             GROUP BY cutover_bucket\nORDER BY cutover_bucket",
            bucket(&format!("{prefix}key"), bits),
            flags.unreadable("1"),
            flags.totals("1", compared),
            flags.sums(),
            key_hash(names, key, name, seeded),
            row_hash(names, key, compared, name, seeded),
            flags.columns(side == Side::New),
            names.from(statement(&ClickHouse, sql)),
        )
    }
}

/// The number of the bucket of a key hash.
fn bucket(hash: &str, bits: u32) -> String {
    format!("bitShiftRight({hash}, {})", 64 - bits)
}

/// Whether a key hash is of one of the buckets.
fn in_buckets(hash: &str, buckets: &Buckets) -> String {
    // One text is parsed at once, where so many literals take longer than the rest of the query.
    let numbers = buckets.numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
    format!("{} IN (SELECT arrayJoin(CAST('[{numbers}]' AS Array(UInt64))))", bucket(hash, buckets.bits))
}

/// What is to be known of old's rows besides their hashes, a bit for each: whether a text is not UTF-8, and whether a
/// number is finite where it might not be. Only rows that are equal to one of new are asked, which has the same bytes then;
/// all others are read.
struct Flags {
    prefix: String,
    /// Whether a text is broken, where there are texts, then whether a number is there, by its place among the compared.
    bits: Vec<(Option<usize>, String)>,
}

/// Bits of a number that holds flags.
const BITS: usize = 64;

impl Flags {
    fn of(names: &Names, key: &[Pair], compared: &[Pair]) -> Flags {
        let broken = |pair: &Pair| match pair.nullable {
            true => format!("NOT isValidUTF8(ifNull(toString({}), ''))", column(names, &pair.old)),
            false => format!("NOT isValidUTF8(toString({}))", column(names, &pair.old)),
        };
        let texts: Vec<String> = key.iter().chain(compared).filter(|pair| pair.of == Type::Text).map(broken).collect();
        let mut bits = Vec::new();
        if !texts.is_empty() {
            bits.push((None, texts.join(" OR ")));
        }
        for (at, pair) in compared.iter().enumerate().filter(|(_, pair)| sometimes_finite(pair)) {
            let column = column(names, &pair.old);
            bits.push(match pair.of {
                Type::Float => (Some(at), format!("ifNull(isFinite({column}), 0)")),
                _ => (Some(at), format!("isNotNull({column})")),
            });
        }
        Flags { prefix: names.name(""), bits }
    }

    /// The columns that hold the flags of one side.
    fn columns(&self, is_new: bool) -> String {
        let number = |(at, bits): (usize, &[(Option<usize>, String)])| {
            let bits = bits.iter().enumerate().map(|(bit, (_, flag))| format!("bitShiftLeft(toUInt64({flag}), {bit})"));
            let value = if is_new { "toUInt64(0)".to_owned() } else { bits.collect::<Vec<_>>().join(" + ") };
            format!(", {value} AS {}f{at}", self.prefix)
        };
        self.bits.chunks(BITS).enumerate().map(number).collect()
    }

    /// The flags of a group, which are right where old has one row.
    fn sums(&self) -> String {
        let prefix = &self.prefix;
        (0..self.bits.len().div_ceil(BITS)).map(|at| format!(", sum({prefix}f{at}) AS {prefix}f{at}")).collect()
    }

    /// Whether a flag is set in any of the rows of which `condition` holds, as 0 or 1.
    fn any(&self, at: usize, condition: &str) -> String {
        let prefix = &self.prefix;
        format!("bitTest(groupBitOrIf({prefix}f{}, {condition}), {})", at / BITS, at % BITS)
    }

    fn unreadable(&self, condition: &str) -> String {
        match self.bits.first() {
            Some((None, _)) => format!("toUInt64({})", self.any(0, condition)),
            _ => "toUInt64(0)".to_owned(),
        }
    }

    /// For each numeric column whether rows of which `condition` holds have a finite number.
    fn totals(&self, condition: &str, compared: &[Pair]) -> String {
        let numeric = compared.iter().enumerate().filter(|(_, pair)| is_number(&pair.of));
        let total = |(number, (at, _)): (usize, (usize, &Pair))| {
            let flag = self.bits.iter().position(|(column, _)| *column == Some(at));
            let total = flag.map_or_else(|| format!("countIf({condition})"), |flag| self.any(flag, condition));
            format!(", toUInt64({total}) AS cutover_finite{number}")
        };
        numeric.enumerate().map(total).collect()
    }
}

/// Whether a numeric column can hold what is no finite number.
fn sometimes_finite(pair: &Pair) -> bool {
    is_number(&pair.of) && (pair.nullable || pair.of == Type::Float)
}

/// A column of the query of a side.
fn column(names: &Names, name: &str) -> String {
    names.column(&ClickHouse.quoted(name))
}

/// The hash by which rows are grouped.
fn key_hash(names: &Names, key: &[Pair], name: fn(&Pair) -> &str, seeded: Seeded) -> String {
    let key: String = key.iter().map(|pair| bits(&column(names, name(pair)), pair)).collect();
    format!("xxHash64(toUInt64({}){key})", seeded.seeds[0])
}

/// The hash of a row: key and compared columns, as a number.
fn row_hash(names: &Names, key: &[Pair], compared: &[Pair], name: fn(&Pair) -> &str, seeded: Seeded) -> String {
    let hashed: String = key.iter().chain(compared).map(|pair| bits(&column(names, name(pair)), pair)).collect();
    let [first, second] = seeded.seeds;
    match seeded.hash {
        RowHash::Fast => format!("cityHash64(toUInt64({second}){hashed})"),
        RowHash::Strong => {
            format!("reinterpretAsUInt128(sipHash128ReferenceKeyed((toUInt64({first}), toUInt64({second})){hashed}))")
        }
    }
}

/// What is hashed of a column: whether it is NULL, where it may be, and its value, a float by its bits. Under a NULL the
/// server may hold any value, so the type's default stands for it.
fn bits(column: &str, pair: &Pair) -> String {
    let (null, value) = match pair.nullable {
        true => (
            format!(", isNull({column})"),
            format!("ifNull({column}, defaultValueOfArgumentType(assumeNotNull({column})))"),
        ),
        false => (String::new(), column.to_owned()),
    };
    match pair.of {
        Type::Float => format!("{null}, reinterpretAsUInt64({value})"),
        _ => format!("{null}, {value}"),
    }
}

/// Whether values of a type have one hash exactly where they are equal to cutover.
pub(super) fn hashable(of: &Type) -> bool {
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
