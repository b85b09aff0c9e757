//! What a server can do of a row diff: pick the rows of a sample, and say which rows differ.
//!
//! Both are asked only where the answer is that of reading every row: the columns have the same types on both sides,
//! and the rules hold for equal values. The rows that differ are always read and judged here, and what is read must be
//! what the server found: as many rows, with the same sum of hashes.

pub(crate) mod checksums;

use std::collections::BTreeMap;

use crate::compare::ComparisonResult;
use crate::frame::{Column, Frame, Type, Value};
use crate::model::{BucketReport, ErrorCode, ErrorReport, Side, Sides};
use crate::rowdiff::{DiffOptions, DiffPlan, Summary};
use crate::source::pushdown;
use crate::source::pushdown::{Buckets, Described, Names, Pair, RowHash, Seeded, ServerDiff as Question, SideQuestion};
use crate::source::shared::column_builder::without_literals;
use crate::source::{Dialect, Engine};
use crate::spec::check::{Check, Rule, Sample};

/// Who can be asked which rows differ.
#[derive(Clone, Copy)]
pub(crate) enum Asked {
    /// The one server that holds both sides.
    Together(&'static dyn Question),
    /// Two servers of one engine, each about its side.
    Apart(&'static dyn Question),
}

/// How the servers of both sides are asked which rows differ; absent where they cannot tell.
pub(crate) fn question(old: &dyn Engine, new: &dyn Engine) -> Option<Asked> {
    let question = old.driver().dialect.server_diff()?;
    if std::ptr::addr_eq(std::ptr::from_ref(old), std::ptr::from_ref(new)) {
        return Some(Asked::Together(question));
    }
    (old.driver().name == new.driver().name).then_some(Asked::Apart(question))
}

/// The query of one side cut down to the sample, where its server picks the same keys as cutover would.
pub(crate) fn sampled(
    check: &Check,
    sample: &Sample,
    side: Side,
    dialect: &dyn Dialect,
    sql: &str,
    described: &[Described],
) -> Option<String> {
    let mut key = Vec::new();
    for name in &check.key {
        if check.columns.get(name).is_some_and(|rule| *rule != Rule::default()) {
            return None;
        }
        let column = column(described, check.name_on(side, name)).filter(|column| column.printed)?;
        key.push((column.name.as_str(), &column.of));
    }
    if alike_but_for_case(described).is_some() {
        return None;
    }
    let names = Names::beside(described.iter().map(|column| column.name.as_str()));
    pushdown::sampled(dialect, &names, sql, &key, sample.below)
}

/// The query of old cut down to the rows whose keys have a hash that begins with `bits` zeros, by the hash with which the server
/// compares keys and with the same seeds in every run. Absent where it has none of these keys.
pub(crate) fn drawn(
    check: &Check,
    server: &dyn Question,
    bits: u32,
    sql: &str,
    described: &[Described],
) -> Option<String> {
    if bits == 0 {
        return Some(sql.to_owned());
    }
    let of_key = |name: &String| {
        let is_plain = check.columns.get(name).is_none_or(|rule| *rule == Rule::default());
        let column = column(described, check.name_on(Side::Old, name)).filter(|column| column.hashed_as.is_some());
        let Described { name, of, nullable, .. } = column.filter(|_| is_plain)?;
        Some(Pair { old: name.clone(), new: name.clone(), of: of.clone(), nullable: *nullable })
    };
    let key: Vec<Pair> = check.key.iter().map(of_key).collect::<Option<_>>()?;
    if alike_but_for_case(described).is_some() {
        return None;
    }
    server.hash(RowHash::Fast)?;
    let names = Names::beside(described.iter().map(|column| column.name.as_str()));
    let seeded = Seeded { hash: RowHash::Fast, seeds: [1, 1] };
    let of = SideQuestion { names: &names, sql, key: &key, compared: &[], name: |pair| &pair.old, seeded };
    Some(server.differing(of, &Buckets { bits, numbers: vec![0] }))
}

fn column<'a>(described: &'a [Described], name: &str) -> Option<&'a Described> {
    described.iter().find(|column| column.name == name)
}

/// Refuses columns of a side that a server which ignores case takes for one.
pub(crate) fn distinct_names(described: &Sides<Vec<Described>>) -> Result<(), ErrorReport> {
    let alike = described.iter().find_map(|(side, columns)| Some((side, alike_but_for_case(columns)?)));
    match alike {
        Some((side, (one, other))) => Err(unfit(format!(
            "the columns `{one}` and `{other}` of {side} differ by upper and lower case only, and the server may take one for the \
             other; give one of them another name with AS"
        ))),
        None => Ok(()),
    }
}

fn alike_but_for_case(described: &[Described]) -> Option<(&str, &str)> {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    described
        .iter()
        .find_map(|column| Some((known.insert(column.name.to_lowercase(), &column.name)?, column.name.as_str())))
}

/// Which rows differ, as a question that one server answers about both sides.
pub(crate) struct ServerDiff {
    question: &'static dyn Question,
    plan: DiffPlan,
    names: Names,
    key: Vec<Pair>,
    compared: Vec<Pair>,
    seeded: Seeded,
}

/// What the server says of both sides.
pub(crate) enum Answer {
    /// All rows are equal: as many on each side, what a comparison of them finds, and by which buckets that was found.
    Equal(u64, Box<ComparisonResult>, Summary, Option<BucketReport>),
    /// Only some rows have to be read.
    Differing(Differing),
    /// All rows have to be read.
    Unknown,
}

/// The rows that differ, as the server that found them knows them.
pub(crate) struct Differing {
    /// Pairs of other rows, all equal.
    pub(crate) equal: u64,
    /// Per compared column whether those hold a finite number.
    pub(crate) numbers: Vec<bool>,
    /// Queries of the rows that differ, with `row_hash` as their last column.
    pub(crate) queries: Sides<String>,
    /// Name of the column that holds the hash of the row.
    pub(crate) row_hash: String,
    /// How many rows that is, and the sum of their hashes.
    pub(crate) known: Sides<(u64, u64)>,
    /// Bits of the hash by which the others are equal.
    pub(crate) bits: u32,
    /// By which buckets that was found, where two servers were asked.
    pub(crate) buckets: Option<BucketReport>,
}

impl Differing {
    /// Rows of both sides, equal or not.
    pub(crate) fn rows(&self) -> u64 {
        2 * self.equal + self.known.old.0 + self.known.new.0
    }
}

impl ServerDiff {
    /// The question about two queries with the columns `described`, or why the server could answer it differently from cutover.
    pub(crate) fn new(
        question: &'static dyn Question,
        check: &Check,
        options: DiffOptions,
        hash: RowHash,
        described: &Sides<Vec<Described>>,
    ) -> Result<ServerDiff, ErrorReport> {
        let (old, new) = (head(&described.old)?, head(&described.new)?);
        let seeded = Seeded { hash, seeds: [options.seeds.key, options.seeds.row] };
        let plan = DiffPlan::new(check, &old, &new, options)?;
        let (key, compared) =
            plan.pairs().ok_or_else(|| unfit("a rule or a column needs to be looked at row by row"))?;
        let pairs = |columns: Vec<crate::compare::Paired>| -> Result<Vec<Pair>, ErrorReport> {
            columns.into_iter().map(|pair| alike(pair.old, pair.new, described)).collect()
        };
        let (key, compared) = (pairs(key)?, pairs(compared)?);
        if key.is_empty() {
            return Err(unfit("the check has no key"));
        }
        if let Some(float) = key.iter().find(|pair| pair.of == Type::Float) {
            return Err(unfit(format!("the key column `{}` is a float", float.old)));
        }
        if question.hash(hash).is_none() {
            return Err(unfit("the servers have no keyed hash, which --hash strong asks for"));
        }
        let names = Names::beside(described.old.iter().chain(&described.new).map(|column| column.name.as_str()));
        Ok(ServerDiff { question, plan, names, key, compared, seeded })
    }

    /// The server's name of the hash by which it compares.
    pub(crate) fn hash(&self) -> &'static str {
        self.named().0
    }

    fn named(&self) -> (&'static str, u32) {
        self.question.hash(self.seeded.hash).expect("a question is made of a hash that there is")
    }

    /// The SQL to send to the server that holds both sides; absent where each is summed by itself.
    pub(crate) fn sql(&self, queries: &Sides<String>) -> Option<String> {
        self.question.grouped(&self.names, queries, &self.key, &self.compared, self.seeded)
    }

    /// What `answer` says of `queries`.
    pub(crate) fn answered(&self, answer: &Frame, queries: &Sides<String>) -> Answer {
        self.told(answer, queries).unwrap_or(Answer::Unknown)
    }

    fn told(&self, answer: &Frame, queries: &Sides<String>) -> Option<Answer> {
        let count = |name: &str| match answer.values(name).as_slice() {
            [value] => unsigned(value),
            _ => None,
        };
        let (old, new, equal) = (count("cutover_old_rows")?, count("cutover_new_rows")?, count("cutover_equal")?);
        let (differing, unreadable) = (count("cutover_differing")?, count("cutover_unreadable")?);
        if unreadable > 0 || differing > pushdown::MOST_KEYS {
            return Some(Answer::Unknown);
        }
        let mut finite = 0;
        let mut numbers = Vec::with_capacity(self.compared.len());
        for pair in &self.compared {
            let numeric = pushdown::is_number(&pair.of);
            numbers.push(numeric && count(&format!("cutover_finite{finite}"))? > 0);
            finite += usize::from(numeric);
        }
        let (_, bits) = self.named();
        if differing == 0 && old == equal && new == equal {
            let (found, summary) = self.plan.equal(equal, &numbers, bits);
            return Some(Answer::Equal(equal, Box::new(found), summary, None));
        }
        let hashes = match answer.values("cutover_keys").as_slice() {
            [Value::Array(hashes)] => hashes.iter().map(unsigned).collect::<Option<Vec<u64>>>()?,
            _ => return None,
        };
        if hashes.len() as u64 != differing {
            return None;
        }
        let keys = Buckets { bits: 64, numbers: hashes };
        let side = |side| self.question.differing(self.of(side, queries), &keys);
        Some(Answer::Differing(Differing {
            equal,
            numbers,
            bits,
            row_hash: self.names.name(pushdown::ROW_HASH),
            queries: Sides { old: side(Side::Old), new: side(Side::New) },
            known: Sides {
                old: (old.checked_sub(equal)?, count("cutover_old_sum")?),
                new: (new.checked_sub(equal)?, count("cutover_new_sum")?),
            },
            buckets: None,
        }))
    }
}

fn unsigned(value: &Value) -> Option<u64> {
    match value {
        Value::Integer(count) => u64::try_from(*count).ok(),
        _ => None,
    }
}

/// No rows, in the columns of a side.
fn head(described: &[Described]) -> Result<Frame, ErrorReport> {
    let column = |one: &Described| Column { name: one.name.clone(), of: one.of.clone(), values: Vec::new() };
    Frame::from_columns(described.iter().map(column).collect())
        .map_err(|cause| ErrorReport::new(ErrorCode::ValueUnreadable, cause.to_string()))
}

fn unfit(why: impl Into<String>) -> ErrorReport {
    ErrorReport::new(ErrorCode::PlanUnfit, why)
}

/// A column that the server compares as cutover does.
fn alike(old: String, new: String, described: &Sides<Vec<Described>>) -> Result<Pair, ErrorReport> {
    let unknown = || unfit(format!("the column `{old}` is not described"));
    let (left, right) = (column(&described.old, &old), column(&described.new, &new));
    let (left, right) = (left.ok_or_else(unknown)?, right.ok_or_else(unknown)?);
    if left.hashed_as != right.hashed_as {
        let [left, right] = [left, right].map(|column| without_literals(&column.database_type));
        return Err(unfit(format!("the column `{old}` is {left} in old and {right} in new")));
    }
    if left.hashed_as.is_none() {
        let of = without_literals(&left.database_type);
        return Err(unfit(format!("the column `{old}` is {of}, which is compared row by row")));
    }
    let (of, nullable) = (left.of.clone(), left.nullable || right.nullable);
    Ok(Pair { old, new, of, nullable })
}

#[cfg(test)]
mod tests;
