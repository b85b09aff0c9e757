//! Points on a line given to intervals, as many as can be.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// For each of `ranges` one of the points 0..`points` in it, no point twice, for as many ranges as possible.
///
/// Glover 1967, in n log n: point by point, it goes to the range around it that ends first. No choice is better: of a best
/// solution that gives the point to another range around it, or to none, the two ranges can swap what they have, since
/// whatever point comes later and lies in the range that ends first lies in the other too.
pub(crate) fn largest(ranges: &[Range<usize>], points: usize) -> Vec<Option<usize>> {
    let mut by_start: Vec<usize> = (0..ranges.len()).collect();
    by_start.sort_by_key(|range| Reverse(ranges[*range].start));
    let mut around = BinaryHeap::new();
    let mut given = vec![None; ranges.len()];
    for point in 0..points {
        while let Some(range) = by_start.pop_if(|range| ranges[*range].start <= point) {
            around.push(Reverse((ranges[range].end, range)));
        }
        while let Some(Reverse((end, range))) = around.pop() {
            if end > point {
                given[range] = Some(point);
                break;
            }
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::super::bipartite;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Catches a point that is given to a range that could have had a later one.
        #[test]
        fn as_many_ranges_have_a_point_as_in_any_matching(
            bounds in prop::collection::vec((0usize..8, 0usize..5), 0..8),
            points in 0usize..8,
        ) {
            let ranges: Vec<Range<usize>> = bounds.into_iter().map(|(start, length)| start..start + length).collect();
            let given = largest(&ranges, points);
            let mut used: Vec<usize> = given.iter().flatten().copied().collect();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), given.iter().flatten().count(), "a point is given once");
            for (range, point) in ranges.iter().zip(&given) {
                prop_assert!(point.is_none_or(|point| range.contains(&point) && point < points));
            }
            let edges: Vec<Vec<usize>> =
                ranges.iter().map(|range| (0..points).filter(|point| range.contains(point)).collect()).collect();
            prop_assert_eq!(used.len(), bipartite::tests::most(&edges, points));
        }
    }
}
