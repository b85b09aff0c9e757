//! The rows of one key matched with each other: identical rows first, and never by position.

use std::collections::HashMap;

use super::super::value::bytes::is_never_equal;
use super::super::value::encode::Ambiguous;
use super::columns::Columns;
use super::key_group::KeyGroup;
use super::paired::Paired;
use super::time_zones::Alone;
use super::tolerance_matching::partners;
use crate::model::Side;

/// How the rows of one key relate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Matched {
    /// Pairs (old row, new row) to be judged column by column.
    pub pairs: Vec<(usize, usize)>,
    /// Rows of old without a partner.
    pub missing: Vec<usize>,
    /// Rows of new without a partner.
    pub extra: Vec<usize>,
}

/// Matches the rows of `group`. One row a side is a pair; under a duplicated key only identical rows are.
pub(crate) fn matched(columns: &Columns, group: &KeyGroup) -> Result<Matched, (String, Ambiguous)> {
    if let ([old], [new]) = (group.old.as_slice(), group.new.as_slice()) {
        return Ok(Matched { pairs: vec![(*old, *new)], ..Matched::default() });
    }
    if group.old.is_empty() || group.new.is_empty() {
        group.old.iter().try_for_each(|row| settled(columns, Side::Old, *row))?;
        group.new.iter().try_for_each(|row| settled(columns, Side::New, *row))?;
        return Ok(Matched { pairs: Vec::new(), missing: group.old.to_vec(), extra: group.new.to_vec() });
    }
    // As a pass over hashes has it, which does not look for other partners where both sides hold the same rows.
    if is_same(columns, group) {
        return Ok(Matched { pairs: in_order(group), ..Matched::default() });
    }
    // Rows can only be identical where their exactly compared columns share their bytes.
    let mut buckets: HashMap<Vec<u8>, KeyGroup> = HashMap::new();
    for row in &group.old {
        buckets.entry(bytes(columns, Side::Old, *row)?).or_default().old.push(*row);
    }
    for row in &group.new {
        buckets.entry(bytes(columns, Side::New, *row)?).or_default().new.push(*row);
    }
    let exact = columns.compared.iter().all(Paired::by_bytes);
    let mut found = Matched::default();
    for bucket in buckets.into_values() {
        let partners = if exact { in_order(&bucket) } else { partners(columns, &bucket)? };
        found.extra.extend(unmatched(&bucket.new, partners.iter().map(|(_, new)| *new)));
        found.missing.extend(unmatched(&bucket.old, partners.iter().map(|(old, _)| *old)));
        found.pairs.extend(partners);
    }
    zones_agree(columns, &found)?;
    // In the order of the group: the numbers of rows are those of a reading.
    let places = |rows: &[usize]| -> HashMap<usize, usize> { rows.iter().copied().zip(0..).collect() };
    let (old, new) = (places(&group.old), places(&group.new));
    found.pairs.sort_unstable_by_key(|(one, other)| (old[one], new[other]));
    found.missing.sort_unstable_by_key(|row| old[row]);
    found.extra.sort_unstable_by_key(|row| new[row]);
    Ok(found)
}

/// Whether the rows of both sides, in their order, share all bytes.
fn is_same(columns: &Columns, group: &KeyGroup) -> bool {
    let share = |column: &Paired, old: usize, new: usize| {
        let (old, new) = (column.raw(Side::Old).cells().cell(old), column.raw(Side::New).cells().cell(new));
        old == new && !is_never_equal(old)
    };
    let mut pairs = group.old.iter().zip(group.new.iter());
    group.old.len() == group.new.len()
        && pairs.all(|(old, new)| columns.compared.iter().all(|column| share(column, *old, *new)))
}

/// The error that [`bytes`] would give.
fn settled(columns: &Columns, side: Side, row: usize) -> Result<(), (String, Ambiguous)> {
    let is_unsettled = |column: &Paired| is_never_equal(&column.raw(side).cell(row));
    let unsettled = columns.compared.iter().any(is_unsettled);
    if unsettled { bytes(columns, side, row).map(drop) } else { Ok(()) }
}

/// Rows that are left over may be so only because of a zone.
fn zones_agree(columns: &Columns, found: &Matched) -> Result<(), (String, Ambiguous)> {
    for column in columns.compared.iter().filter(|column| column.by_bytes()) {
        let mut alone = Alone::default();
        for (side, rows) in [(Side::Old, &found.missing), (Side::New, &found.extra)] {
            rows.iter().for_each(|row| alone.add(side, column.raw(side).cells().cell(*row)));
        }
        alone.settled().map_err(|cause| (column.name.clone(), cause))?;
    }
    Ok(())
}

fn bytes(columns: &Columns, side: Side, row: usize) -> Result<Vec<u8>, (String, Ambiguous)> {
    let mut bytes = Vec::new();
    for column in columns.compared.iter().filter(|column| column.by_bytes()) {
        column.encode(side, row, &mut bytes).map_err(|cause| (column.name.clone(), cause))?;
    }
    Ok(bytes)
}

fn in_order(bucket: &KeyGroup) -> Vec<(usize, usize)> {
    bucket.old.iter().copied().zip(bucket.new.iter().copied()).collect()
}

fn unmatched(rows: &[usize], partnered: impl Iterator<Item = usize>) -> Vec<usize> {
    let partnered: std::collections::HashSet<usize> = partnered.collect();
    rows.iter().copied().filter(|row| !partnered.contains(row)).collect()
}
