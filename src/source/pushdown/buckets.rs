//! The questions about buckets in the words that all of SQL has; what an engine writes otherwise is asked of it.

use super::super::dialect::Dialect;
use super::super::gate::statement;
use super::is_number;
use super::names::Names;
use super::server_diff::{Buckets, Pair, ROW_HASH, RowHash, ServerDiff, SideQuestion};
use crate::frame::Type;
use crate::model::Side;

/// What the questions about buckets are made of in the SQL of an engine.
pub(in crate::source) trait BucketSql: Dialect {
    /// The engine's name of [`BucketSql::hash_of`].
    fn hash_name(&self) -> &'static str;

    /// Whether sums cost less than reading the rows they are of.
    fn has_cheap_sums(&self) -> bool;

    /// A hash of 64 bits of quoted columns, in which NULL is a value like none other and no column passes for its neighbour.
    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String;

    /// So many bits of a hash, of which fewer bits of it follow, as a number that is not negative.
    fn bucket(&self, hash: &str, bits: u32) -> String;

    /// What ends a subquery whose columns are to be computed once; empty where they are anyway.
    fn fence(&self) -> &'static str {
        ""
    }

    /// Whether a number is one of `numbers`.
    fn is_one_of(&self, number: &str, numbers: &[u64]) -> String {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        format!("{number} IN ({})", numbers.join(", "))
    }

    /// Numbers of a hash whose sums do not overflow, and together are the sum of the hashes.
    fn addends(&self, hash: &str) -> Vec<String>;

    /// The sum of hashes, of 64 bits that wrap around, from the sums of their addends.
    fn sum_of(&self, addends: &[String]) -> String;

    /// `number` as an integer that the engine hands over as one.
    fn integer_of(&self, number: &str) -> String {
        format!("CAST({number} AS BIGINT)")
    }

    /// Whether a value of a quoted column has no canonical form, as a condition that is true or not, NULL included; absent
    /// where all have one.
    fn unreadable(&self, column: &str, of: &Type) -> Option<String>;

    /// Whether a quoted column of numbers holds a finite one, as a condition that is true or not.
    fn finite(&self, column: &str, of: &Type) -> String;
}

impl<E: BucketSql> ServerDiff for E {
    fn hash(&self, hash: RowHash) -> Option<(&'static str, u32)> {
        match hash {
            RowHash::Fast => Some((self.hash_name(), 64)),
            RowHash::Strong => None,
        }
    }

    fn is_faster(&self) -> bool {
        self.has_cheap_sums()
    }

    fn differing(&self, of: SideQuestion<'_>, buckets: &Buckets) -> String {
        differing(self, of, buckets)
    }

    fn checksums(&self, of: SideQuestion<'_>, _side: Side, bits: u32, within: Option<&Buckets>) -> String {
        checksums(self, of, bits, within)
    }
}

fn checksums(engine: &dyn BucketSql, of: SideQuestion<'_>, bits: u32, within: Option<&Buckets>) -> String {
    let (prefix, columns) = (of.names.name(""), Columns::of(engine, of));
    let flags = columns.flags();
    let each = |write: &dyn Fn(usize) -> String, count: usize| (0..count).map(write).collect::<String>();
    let addends = engine.addends(&format!("{prefix}hash"));
    let sums: Vec<String> = (0..addends.len()).map(|at| format!("sum({prefix}a{at})")).collect();
    let within = within.map_or_else(String::new, |buckets| {
        let number = engine.bucket(&format!("{prefix}key"), buckets.bits);
        format!("WHERE {}\n", engine.is_one_of(&number, &buckets.numbers))
    });
    // Keys are counted first: a bucket with a key that stands more than once is looked at row by row.
    format!(
        "SELECT {} AS {}, {} AS {}, {} AS {}, {} AS {}{}, {} AS {}\n\
         FROM (\n\
         SELECT {prefix}key, count(*) AS {prefix}rows{}{}\n\
         FROM (\nSELECT {} AS {prefix}key, {} AS {prefix}hash{} {}{}\n) AS {prefix}hashed\n{within}\
         GROUP BY {prefix}key\n) AS {prefix}keys\n\
         GROUP BY 1\nORDER BY 1",
        engine.integer_of(&engine.bucket(&format!("{prefix}key"), bits)),
        engine.quoted("cutover_bucket"),
        engine.integer_of(&format!("sum({prefix}rows)")),
        engine.quoted("cutover_bucket_rows"),
        engine.sum_of(&sums),
        engine.quoted("cutover_bucket_sum"),
        engine.integer_of(&format!("CASE WHEN max({prefix}rows) > 1 OR max({prefix}f0) > 0 THEN 1 ELSE 0 END")),
        engine.quoted("cutover_bucket_open"),
        each(
            &|at| {
                let finite = engine.integer_of(&format!("max({prefix}f{})", at + 1));
                format!(", {finite} AS {}", engine.quoted(&format!("cutover_finite{at}")))
            },
            flags.len() - 1
        ),
        engine.integer_of(&format!("sum(sum({prefix}rows)) OVER ()")),
        engine.quoted("cutover_total"),
        each(&|at| format!(", sum({}) AS {prefix}a{at}", addends[at]), addends.len()),
        each(&|at| format!(", max({prefix}f{at}) AS {prefix}f{at}"), flags.len()),
        columns.key_hash(),
        columns.row_hash(),
        each(&|at| format!(", CASE WHEN {} THEN 1 ELSE 0 END AS {prefix}f{at}", flags[at]), flags.len()),
        of.names.from(statement(engine, of.sql)),
        engine.fence(),
    )
}

fn differing(engine: &dyn BucketSql, of: SideQuestion<'_>, buckets: &Buckets) -> String {
    let columns = Columns::of(engine, of);
    format!(
        "SELECT *, {} AS {} {}\nWHERE {}",
        columns.row_hash(),
        engine.quoted(&of.names.name(ROW_HASH)),
        of.names.from(statement(engine, of.sql)),
        engine.is_one_of(&engine.bucket(&columns.key_hash(), buckets.bits), &buckets.numbers),
    )
}

/// The columns of a side, as they stand in the SQL.
struct Columns<'a> {
    engine: &'a dyn BucketSql,
    of: SideQuestion<'a>,
}

impl<'a> Columns<'a> {
    fn of(engine: &'a dyn BucketSql, of: SideQuestion<'a>) -> Self {
        Columns { engine, of }
    }

    fn written<'p>(&self, pairs: &'p [Pair]) -> Vec<(String, &'p Pair)> {
        let (engine, names): (_, &Names) = (self.engine, self.of.names);
        pairs.iter().map(|pair| (names.column(&engine.quoted((self.of.name)(pair))), pair)).collect()
    }

    fn key_hash(&self) -> String {
        self.engine.hash_of(&self.written(self.of.key), self.of.seeded.seeds[0])
    }

    /// Of the key, too: two rows of keys with one hash differ in it.
    fn row_hash(&self) -> String {
        let columns: Vec<_> = [self.written(self.of.key), self.written(self.of.compared)].concat();
        self.engine.hash_of(&columns, self.of.seeded.seeds[1])
    }

    /// What is to be known of a row besides its hashes: whether a value cannot be read, then for each number among the
    /// compared columns whether it is finite.
    fn flags(&self) -> Vec<String> {
        let (key, compared) = (self.written(self.of.key), self.written(self.of.compared));
        let all = key.iter().chain(&compared);
        let unreadable: Vec<String> =
            all.filter_map(|(column, pair)| self.engine.unreadable(column, &pair.of)).collect();
        let unreadable = if unreadable.is_empty() { "1 = 0".to_owned() } else { unreadable.join(" OR ") };
        let numbers = compared.iter().filter(|(_, pair)| is_number(&pair.of));
        [unreadable].into_iter().chain(numbers.map(|(column, pair)| self.engine.finite(column, &pair.of))).collect()
    }
}

#[cfg(test)]
mod tests;
