//! Who covers how many differences: from counts of differences by who could cover them to counts per waiver.

use std::collections::BTreeMap;

use crate::model::DifferenceCounts;

/// Per part of a difference who could cover it, by number, ascending; all parts must be covered.
pub(crate) type Parts = Vec<Vec<usize>>;

/// Differences of one name that the same waivers could cover.
pub(crate) struct Group {
    pub name: &'static str,
    pub parts: Parts,
    pub count: u64,
}

/// A waiver, or the baseline, as far as sharing out is concerned.
#[derive(Clone, Copy)]
pub(crate) struct Suppressor {
    /// Whether it says which differences it means, by key, column or value.
    pub specific: bool,
    /// Whether it is one key of a waiver by itself, and so of use for nothing else.
    pub of_key: bool,
    /// Whether it is the baseline, which is only asked for what no waiver covers that holds.
    pub baseline: bool,
    /// Most differences it covers.
    pub at_most: Option<u64>,
    /// Whether it covers nothing any more.
    pub expired: bool,
}

/// What each covers; of an expired one what it would have covered of the rest.
pub(crate) struct Shares {
    pub counts: Vec<DifferenceCounts>,
    /// Differences covered together with another that counts them.
    pub shared: Vec<u64>,
}

/// Shares the differences out: first those that are meant by key, column or value without a limit, then with one, and
/// of what is left, beyond what is `expected`, those that are meant by kind or number only. The baseline comes after all
/// waivers that hold: it has no owner and no end, and what a waiver covers must not depend on it.
pub(crate) fn share(coverers: &[Suppressor], mut groups: Vec<Group>, expected: &BTreeMap<&str, u64>) -> Shares {
    let mut desk = Allocator {
        coverers,
        left: coverers.iter().map(|coverer| coverer.at_most.unwrap_or(u64::MAX)).collect(),
        shares: Shares { counts: vec![DifferenceCounts::default(); coverers.len()], shared: vec![0; coverers.len()] },
    };
    // Those with the fewest ways to be covered choose first.
    groups.sort_by_key(|group| group.parts.iter().map(Vec::len).sum::<usize>());
    let none = BTreeMap::new();
    for (expired, baseline) in [(false, false), (false, true), (true, true)] {
        let may = |one: &Suppressor| (expired || !one.expired) && (baseline || !one.baseline);
        desk.round(&mut groups, &none, |one| may(one) && one.specific && one.at_most.is_none());
        desk.round(&mut groups, &none, |one| may(one) && one.specific && one.of_key);
        desk.round(&mut groups, &none, |one| may(one) && one.specific);
        desk.round(&mut groups, expected, |one| may(one) && (one.specific || one.at_most.is_none()));
        desk.round(&mut groups, expected, |one| may(one));
    }
    desk.shares
}

struct Allocator<'a> {
    coverers: &'a [Suppressor],
    /// How many each may still cover.
    left: Vec<u64>,
    shares: Shares,
}

impl Allocator<'_> {
    /// Covers what those that `may` can, and leaves as many of each name as are `kept` for another purpose.
    fn round(&mut self, groups: &mut [Group], kept: &BTreeMap<&str, u64>, may: impl Fn(&Suppressor) -> bool) {
        let mut room: BTreeMap<&str, u64> = BTreeMap::new();
        for group in groups.iter() {
            *room.entry(group.name).or_default() += group.count;
        }
        for (name, room) in &mut room {
            *room = room.saturating_sub(kept.get(name).copied().unwrap_or(0));
        }
        for group in groups {
            let Some(room) = room.get_mut(group.name) else { continue };
            while group.count > 0
                && *room > 0
                && let Some(picked) = self.pick(&group.parts, &may)
            {
                let limit = picked.iter().map(|index| self.left[*index]).min().unwrap_or(0);
                let covered = group.count.min(*room).min(limit);
                self.cover(group.name, &picked, covered);
                group.count -= covered;
                *room -= covered;
            }
        }
    }

    /// One for each part, each named once; one for all parts where there is one.
    fn pick(&self, parts: &Parts, may: &impl Fn(&Suppressor) -> bool) -> Option<Vec<usize>> {
        let able = |index: &&usize| may(&self.coverers[**index]) && self.left[**index] > 0;
        let first = parts.first()?;
        if let Some(one) = first.iter().filter(able).find(|index| parts.iter().all(|part| part.contains(*index))) {
            return Some(vec![*one]);
        }
        let mut picked = parts.iter().map(|part| part.iter().find(able).copied()).collect::<Option<Vec<usize>>>()?;
        picked.sort_unstable();
        picked.dedup();
        Some(picked)
    }

    fn cover(&mut self, name: &str, picked: &[usize], count: u64) {
        for index in picked {
            if self.left[*index] != u64::MAX {
                self.left[*index] -= count;
            }
        }
        // An expired one that was needed is the reason why they count again.
        let owner = picked.iter().find(|index| self.coverers[**index].expired).or(picked.first());
        let Some(owner) = owner else { return };
        self.shares.counts[*owner].add(name, count);
        for other in picked.iter().filter(|index| *index != owner && !self.coverers[**index].expired) {
            self.shares.shared[*other] += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Suppressor =
        Suppressor { specific: false, of_key: false, baseline: false, at_most: None, expired: false };
    const KEYS: Suppressor = Suppressor { specific: true, ..ALL };

    fn at_most(count: u64) -> Suppressor {
        Suppressor { at_most: Some(count), ..ALL }
    }

    fn group(parts: &[&[usize]], count: u64) -> Group {
        Group { name: "changed", parts: parts.iter().map(|part| part.to_vec()).collect(), count }
    }

    fn shared_out(coverers: &[Suppressor], groups: Vec<Group>, expected: u64) -> Vec<u64> {
        let expected = BTreeMap::from([("changed", expected)]);
        share(coverers, groups, &expected).counts.iter().map(DifferenceCounts::total).collect()
    }

    /// Catches a limit that is taken for a licence.
    #[test]
    fn one_more_than_the_limit_is_not_covered() {
        assert_eq!(shared_out(&[at_most(2)], vec![group(&[&[0]], 2)], 0), [2]);
        assert_eq!(shared_out(&[at_most(2)], vec![group(&[&[0]], 3)], 0), [2]);
    }

    /// Catches a row that passes because one of its two columns is waived.
    #[test]
    fn every_part_must_be_covered() {
        assert_eq!(shared_out(&[KEYS], vec![group(&[&[0], &[]], 1)], 0), [0]);
        let two = share(&[KEYS, KEYS], vec![group(&[&[0], &[1]], 1)], &BTreeMap::new());
        assert_eq!(two.counts.iter().map(DifferenceCounts::total).collect::<Vec<_>>(), [1, 0], "a row is counted once");
        assert_eq!(two.shared, [0, 1]);
    }

    /// Catches a waiver by number that eats the differences by design, so that their exact count no longer holds.
    #[test]
    fn a_number_covers_only_what_is_beyond_the_expected() {
        assert_eq!(shared_out(&[at_most(3)], vec![group(&[&[0]], 12)], 12), [0]);
        assert_eq!(shared_out(&[at_most(3)], vec![group(&[&[0]], 14)], 12), [2]);
        assert_eq!(shared_out(&[ALL], vec![group(&[&[0]], 11)], 12), [0]);
        assert_eq!(shared_out(&[KEYS], vec![group(&[&[0]], 3), group(&[&[]], 12)], 12), [3], "keys say which");
    }

    /// Catches an expired waiver that still covers, and one that takes what another covers.
    #[test]
    fn an_expired_one_is_only_told_of_what_nobody_else_covers() {
        let expired = Suppressor { expired: true, ..KEYS };
        assert_eq!(shared_out(&[expired, KEYS], vec![group(&[&[0, 1]], 4), group(&[&[0]], 5)], 0), [5, 4]);
    }

    /// Catches a limit that is used up by differences that another waiver covers anyway.
    #[test]
    fn those_without_a_limit_go_first() {
        assert_eq!(shared_out(&[at_most(1), KEYS], vec![group(&[&[0, 1]], 9), group(&[&[0]], 1)], 0), [1, 9]);
    }

    /// Catches a baseline that takes what a waiver covers, so that the waiver looks as if it covered nothing, and one that
    /// comes after a waiver whose time is over, or covers no part of a row beside a waiver.
    #[test]
    fn a_baseline_covers_what_no_waiver_does_that_holds() {
        let baseline = Suppressor { baseline: true, ..KEYS };
        let of_key = Suppressor { of_key: true, at_most: Some(2), ..KEYS };
        for waiver in [KEYS, of_key, Suppressor { at_most: Some(2), ..KEYS }, ALL, at_most(2)] {
            let group = || vec![group(&[&[0, 1]], 2)];
            assert_eq!(shared_out(&[waiver, baseline], group(), 0), [2, 0]);
            assert_eq!(shared_out(&[baseline, waiver], group(), 0), [0, 2]);
            let over = Suppressor { expired: true, ..waiver };
            assert_eq!(shared_out(&[over, baseline], group(), 0), [0, 2], "over");
        }
        assert_eq!(shared_out(&[at_most(1), baseline], vec![group(&[&[0, 1]], 1), group(&[&[0]], 1)], 0), [1, 1]);
        let both = share(&[KEYS, baseline], vec![group(&[&[0], &[1]], 1)], &BTreeMap::new());
        assert_eq!(both.counts.iter().map(DifferenceCounts::total).sum::<u64>(), 1, "a column each");
    }

    /// Catches a coverer that takes what a better one covers, whichever stands first in the file, and one that is over and
    /// takes what anyone else covers.
    #[test]
    fn the_best_of_two_covers_what_it_can() {
        let of_key = Suppressor { of_key: true, at_most: Some(2), ..KEYS };
        let few_keys = Suppressor { at_most: Some(2), ..KEYS };
        let ranked = [KEYS, of_key, few_keys, ALL, at_most(2)];
        for (rank, better) in ranked.iter().enumerate() {
            for worse in &ranked[rank + 1..] {
                for expired in [false, true] {
                    let over = Suppressor { expired, ..*worse };
                    let group = || vec![group(&[&[0, 1]], 2)];
                    assert_eq!(shared_out(&[*better, over], group(), 0), [2, 0], "{rank} {expired}");
                    assert_eq!(shared_out(&[over, *better], group(), 0), [0, 2], "{rank} {expired}");
                }
                // One that is over comes last, however well it says what it means.
                let over = Suppressor { expired: true, ..*better };
                assert_eq!(shared_out(&[over, *worse], vec![group(&[&[0, 1]], 2)], 0), [0, 2], "{rank}");
            }
        }
        // What is expected is left alone by those that name no difference, and by them only.
        for (coverer, covered) in ranked.into_iter().zip([2, 2, 2, 0, 0]) {
            assert_eq!(shared_out(&[coverer], vec![group(&[&[0]], 2)], 2), [covered]);
            let over = Suppressor { expired: true, ..coverer };
            assert_eq!(shared_out(&[over], vec![group(&[&[0]], 2)], 2), [covered], "over");
        }
    }
}
