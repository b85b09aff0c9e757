//! The rows of one key matched with each other: identical rows first, and never by position.

use std::collections::HashMap;

use super::columns::{Columns, Paired};
use super::encode::{Ambiguous, is_never_equal};
use super::judge::by_bytes;
use super::normal::Side;
use super::pairing::Group;

/// How the rows of one key relate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Matched {
    /// Pairs (old row, new row) to be judged column by column.
    pub pairs: Vec<(usize, usize)>,
    /// Rows of old without a partner.
    pub missing: Vec<usize>,
    /// Rows of new without a partner.
    pub extra: Vec<usize>,
}

/// Matches the rows of `group`. One row a side is a pair; under a duplicated key only identical rows are.
pub(super) fn matched(columns: &Columns, group: &Group) -> Result<Matched, (String, Ambiguous)> {
    if let ([old], [new]) = (group.old.as_slice(), group.new.as_slice()) {
        return Ok(Matched { pairs: vec![(*old, *new)], ..Matched::default() });
    }
    if group.old.is_empty() || group.new.is_empty() {
        group.old.iter().try_for_each(|row| settled(columns, Side::Old, *row))?;
        group.new.iter().try_for_each(|row| settled(columns, Side::New, *row))?;
        return Ok(Matched { pairs: Vec::new(), missing: group.old.to_vec(), extra: group.new.to_vec() });
    }
    // Rows can only be identical where their exactly compared columns share their bytes.
    let mut buckets: HashMap<Vec<u8>, Group> = HashMap::new();
    for row in &group.old {
        buckets.entry(bytes(columns, Side::Old, *row)?).or_default().old.push(*row);
    }
    for row in &group.new {
        buckets.entry(bytes(columns, Side::New, *row)?).or_default().new.push(*row);
    }
    let exact = columns.compared.iter().all(|column| by_bytes(&column.rule.comparison));
    let mut found = Matched::default();
    for bucket in buckets.into_values() {
        let partners = if exact { in_order(&bucket) } else { most_partners(columns, &bucket)? };
        found.extra.extend(unmatched(&bucket.new, partners.iter().map(|(_, new)| *new)));
        found.missing.extend(unmatched(&bucket.old, partners.iter().map(|(old, _)| *old)));
        found.pairs.extend(partners);
    }
    found.pairs.sort_unstable();
    found.missing.sort_unstable();
    found.extra.sort_unstable();
    Ok(found)
}

/// The error that [`bytes`] would give.
fn settled(columns: &Columns, side: Side, row: usize) -> Result<(), (String, Ambiguous)> {
    let is_unsettled = |column: &Paired| is_never_equal(column.raw(side).cells().cell(row));
    let unsettled = columns.compared.iter().any(is_unsettled);
    if unsettled { bytes(columns, side, row).map(drop) } else { Ok(()) }
}

fn bytes(columns: &Columns, side: Side, row: usize) -> Result<Vec<u8>, (String, Ambiguous)> {
    let mut bytes = Vec::new();
    for column in columns.compared.iter().filter(|column| by_bytes(&column.rule.comparison)) {
        column.encode(side, row, &mut bytes).map_err(|cause| (column.name.clone(), cause))?;
    }
    Ok(bytes)
}

fn in_order(bucket: &Group) -> Vec<(usize, usize)> {
    bucket.old.iter().copied().zip(bucket.new.iter().copied()).collect()
}

fn unmatched(rows: &[usize], partnered: impl Iterator<Item = usize>) -> Vec<usize> {
    let partnered: std::collections::HashSet<usize> = partnered.collect();
    rows.iter().copied().filter(|row| !partnered.contains(row)).collect()
}

/// The most rows that can be paired within their tolerances: augmenting paths in a bipartite graph
/// (Kuhn 1955), since taking the first partner that fits may leave another row without one.
fn most_partners(columns: &Columns, bucket: &Group) -> Result<Vec<(usize, usize)>, (String, Ambiguous)> {
    // What holds without a warning pairs first; what is left may pair by the looser level.
    let mut close = vec![Vec::new(); bucket.old.len()];
    let mut fits = vec![Vec::new(); bucket.old.len()];
    for (at, old) in bucket.old.iter().enumerate() {
        for (other, new) in bucket.new.iter().enumerate() {
            match identical(columns, *old, *new)? {
                None => {}
                Some(warned) => {
                    fits[at].push(other);
                    if !warned {
                        close[at].push(other);
                    }
                }
            }
        }
    }
    let mut partner: Vec<Option<usize>> = vec![None; bucket.new.len()];
    for edges in [&close, &fits] {
        for start in 0..edges.len() {
            if !partner.contains(&Some(start)) {
                augment(start, edges, &mut partner, &mut vec![false; bucket.new.len()]);
            }
        }
    }
    let pairs = partner.iter().enumerate().filter_map(|(new, old)| old.map(|old| (bucket.old[old], bucket.new[new])));
    Ok(pairs.collect())
}

fn augment(old: usize, fits: &[Vec<usize>], partner: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    // A partner that is free is no loss to anybody.
    if let Some(&new) = fits[old].iter().find(|new| partner[**new].is_none()) {
        partner[new] = Some(old);
        return true;
    }
    for &new in &fits[old] {
        if !std::mem::replace(&mut seen[new], true)
            && partner[new].is_none_or(|held| augment(held, fits, partner, seen))
        {
            partner[new] = Some(old);
            return true;
        }
    }
    false
}

/// Whether two rows hold under every rule, and if so, whether any holds by its looser level only.
fn identical(columns: &Columns, old: usize, new: usize) -> Result<Option<bool>, (String, Ambiguous)> {
    let mut warned = false;
    for column in columns.compared.iter().filter(|column| !by_bytes(&column.rule.comparison)) {
        let verdict = column.judge(old, new).map_err(|cause| (column.name.clone(), cause))?;
        if !verdict.holds {
            return Ok(None);
        }
        warned |= verdict.warned;
    }
    Ok(Some(warned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_partner_is_given_up_where_another_row_needs_it() {
        // Row 0 fits both, row 1 only the first: taking the first for row 0 would leave row 1 alone.
        let fits = vec![vec![0, 1], vec![0]];
        let mut partner = vec![None; 2];
        for old in 0..2 {
            augment(old, &fits, &mut partner, &mut [false; 2]);
        }
        assert_eq!(partner, [Some(1), Some(0)]);
    }
}
