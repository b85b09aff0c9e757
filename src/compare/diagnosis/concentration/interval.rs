//! The one range of a column in which the differing rows lie thickest.

use super::places::NOWHERE;

/// A range of ranks, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) from: u32,
    pub(super) to: u32,
    /// Whether no row stands before the first, and none behind the last.
    pub(super) open: (bool, bool),
    /// Different places of differing rows.
    pub(super) places: usize,
}

/// Rows that stand at one place.
#[derive(Clone, Copy, Default)]
struct Stand {
    differing: u32,
    agreeing: u32,
}

/// The range that has most of the share of `differing` less the share of `agreeing`, of ranks below `places`.
///
/// It begins and ends where a differing row stands.
pub(super) fn thickest(
    differing: impl Iterator<Item = u32>,
    agreeing: impl Iterator<Item = u32>,
    places: usize,
) -> Option<Interval> {
    let mut stands = vec![Stand::default(); places];
    let (mut loss, mut gain) = (0_i64, 0_i64);
    for rank in differing.filter(|rank| *rank != NOWHERE) {
        stands[rank as usize].differing += 1;
        loss += 1;
    }
    for rank in agreeing.filter(|rank| *rank != NOWHERE) {
        stands[rank as usize].agreeing += 1;
        gain += 1;
    }
    if gain == 0 || loss == 0 {
        return None;
    }
    // Kadane's sum over the places, whose rows go in or out together. Whole numbers, so that it is the same everywhere.
    let (mut best, mut best_sum, mut start, mut sum, mut places) = (None, 0, 0, 0, 0);
    for (rank, stand) in stands.iter().enumerate() {
        if stand.differing > 0 {
            places += 1;
            if sum <= 0 {
                (start, sum) = (rank, 0);
            }
            sum += gain * i64::from(stand.differing);
        }
        sum -= loss * i64::from(stand.agreeing);
        if stand.differing > 0 && sum > best_sum {
            (best, best_sum) = (Some((start, rank)), sum);
        }
    }
    let (start, end) = best?;
    let is_empty = |stands: &[Stand]| stands.iter().all(|stand| stand.differing == 0 && stand.agreeing == 0);
    let open = (is_empty(&stands[..start]), is_empty(&stands[end + 1..]));
    let (from, to) = (u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    // All there is says nothing.
    (open != (true, true) && start != end).then_some(Interval { from, to, open, places })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(differing: &[u32], agreeing: &[u32], places: usize) -> Option<Interval> {
        thickest(differing.iter().copied(), agreeing.iter().copied(), places)
    }

    /// Catches a range that takes in places of agreeing rows for nothing, one end too few, or all there is.
    #[test]
    fn the_thickest_range_begins_and_ends_at_differing_rows() {
        let range = |from, to, open, places| Some(Interval { from, to, open, places });
        assert_eq!(found(&[3, 4, 6], &[0, 1, 8, 9], 10), range(3, 6, (false, false), 3));
        assert_eq!(found(&[0, 1, 9], &[5, 6, 7], 10), range(0, 1, (true, false), 3));
        assert_eq!(found(&[7, 8, 9, NOWHERE], &[1, 2, 3, NOWHERE], 10), range(7, 9, (false, true), 3));
        assert_eq!(found(&[1, 3], &[2], 4), None);
        assert_eq!(found(&[2, 2, 2], &[1, 3], 4), None);
        assert_eq!(found(&[1, 2], &[], 4), None);
        assert_eq!(found(&[], &[1, 2], 4), None);
    }
}
