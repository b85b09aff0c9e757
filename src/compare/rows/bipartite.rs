//! The most pairs of two sets of which it is known who may pair with whom (Hopcroft and Karp 1973).
//!
//! Without recursion, so that a long chain of rows that give up their partner for another is no matter of the stack.

use std::collections::VecDeque;

/// Pairs of lefts and rights, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// The right of each left.
    pub left: Vec<Option<usize>>,
    /// The left of each right.
    pub right: Vec<Option<usize>>,
}

impl Pairing {
    /// No pair.
    pub(crate) fn none(lefts: usize, rights: usize) -> Self {
        Pairing { left: vec![None; lefts], right: vec![None; rights] }
    }

    /// Adds pairs until there is no way to have more along `edges`, the rights that each left may pair with. Who has a
    /// partner keeps one, though maybe another.
    pub(crate) fn grow(&mut self, edges: &[Vec<usize>]) {
        while let Some(layers) = self.layers(edges) {
            let mut next = vec![0; edges.len()];
            for start in 0..edges.len() {
                if self.left[start].is_none() {
                    self.augment(start, edges, &layers, &mut next);
                }
            }
        }
    }

    /// How many steps each left is away from one without a partner; `None` where no right without a partner can be
    /// reached, so that there are no more pairs to be had.
    fn layers(&self, edges: &[Vec<usize>]) -> Option<Vec<usize>> {
        let mut layers = vec![usize::MAX; edges.len()];
        let mut queue: VecDeque<usize> = (0..edges.len()).filter(|left| self.left[*left].is_none()).collect();
        queue.iter().for_each(|left| layers[*left] = 0);
        let mut last = None;
        while let Some(left) = queue.pop_front() {
            if last.is_some_and(|last| layers[left] > last) {
                break;
            }
            for right in &edges[left] {
                match self.right[*right] {
                    None => last = Some(layers[left]),
                    Some(other) if layers[other] == usize::MAX => {
                        layers[other] = layers[left] + 1;
                        queue.push_back(other);
                    }
                    Some(_) => {}
                }
            }
        }
        last.map(|_| layers)
    }

    /// Looks for a way from `start` to a free right, layer by layer, and pairs all lefts on it anew.
    fn augment(&mut self, start: usize, edges: &[Vec<usize>], layers: &[usize], next: &mut [usize]) {
        let mut path = vec![start];
        while let Some(left) = path.last().copied() {
            let Some(right) = edges[left].get(next[left]).copied() else {
                path.pop();
                if let Some(before) = path.last() {
                    next[*before] += 1;
                }
                continue;
            };
            match self.right[right] {
                None => {
                    for left in path {
                        let right = edges[left][next[left]];
                        self.left[left] = Some(right);
                        self.right[right] = Some(left);
                    }
                    return;
                }
                Some(other) if layers[other] == layers[left] + 1 => path.push(other),
                Some(_) => next[left] += 1,
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The size of a largest matching, by trying everything.
    pub(in crate::compare) fn most(edges: &[Vec<usize>], rights: usize) -> usize {
        fn from(edges: &[Vec<usize>], taken: &mut Vec<bool>) -> usize {
            let Some((first, rest)) = edges.split_first() else { return 0 };
            let mut best = from(rest, taken);
            for right in first {
                if !taken[*right] {
                    taken[*right] = true;
                    best = best.max(1 + from(rest, taken));
                    taken[*right] = false;
                }
            }
            best
        }
        from(edges, &mut vec![false; rights])
    }

    fn size(pairing: &Pairing, edges: &[Vec<usize>]) -> usize {
        for (left, right) in pairing.left.iter().enumerate() {
            if let Some(right) = right {
                assert!(edges[left].contains(right), "no such edge");
                assert_eq!(pairing.right[*right], Some(left));
            }
        }
        assert_eq!(pairing.right.iter().flatten().count(), pairing.left.iter().flatten().count());
        pairing.left.iter().flatten().count()
    }

    proptest! {
        /// Catches a matching that is not the largest, uses a right twice, or pairs what may not pair.
        #[test]
        fn it_has_as_many_pairs_as_any(
            edges in prop::collection::vec(prop::collection::vec(0usize..6, 0..5), 0..7),
            more in prop::collection::vec(prop::collection::vec(0usize..6, 0..3), 7),
        ) {
            let mut pairing = Pairing::none(edges.len(), 6);
            pairing.grow(&edges);
            let close = size(&pairing, &edges);
            prop_assert_eq!(close, most(&edges, 6));
            // Grown further along more edges, nobody loses its partner.
            let paired: Vec<bool> = pairing.left.iter().map(Option::is_some).collect();
            let all: Vec<Vec<usize>> = edges.iter().zip(more).map(|(some, more)| [some.clone(), more].concat()).collect();
            pairing.grow(&all);
            prop_assert_eq!(size(&pairing, &all), most(&all, 6));
            prop_assert!(paired.iter().zip(&pairing.left).all(|(before, after)| !before || after.is_some()));
        }
    }

    /// Catches recursion as deep as the rows, and a search that begins anew for each of them.
    #[test]
    fn a_long_chain_of_partners_given_up_takes_no_stack_and_little_time() {
        let rows = 200_000;
        // Each fits its own place and the one before; the last place is free, so that all have to move.
        let mut edges: Vec<Vec<usize>> = (0..rows).map(|row| vec![row, row + 1]).collect();
        edges.push(vec![0]);
        let mut pairing = Pairing::none(rows + 1, rows + 1);
        pairing.grow(&edges);
        assert_eq!(size(&pairing, &edges), rows + 1);
    }
}
