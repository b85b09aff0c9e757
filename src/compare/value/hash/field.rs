//! Sums of products modulo the prime 2⁶⁴ + 13.

/// The prime.
const PRIME: u128 = (1 << 64) + 13;

/// A multiple of the prime that is not below 13 · 2⁶⁴.
const MULTIPLE: u128 = 13 * PRIME;

/// `key · word`, or another number of its residue, below 2⁶⁹: 2⁵⁹ of them can be added before a sum overflows.
#[inline]
pub(super) fn product(key: u64, word: u64) -> u128 {
    folded(u128::from(key) * u128::from(word))
}

/// A smaller number of the same residue: 2⁶⁴ is −13.
#[inline]
fn folded(number: u128) -> u128 {
    u128::from(number as u64) + MULTIPLE - 13 * (number >> 64)
}

/// The residue of a sum of products in 64 bits, scattered so that its first bits cut rows evenly whatever their keys are.
#[inline]
pub(crate) fn residue(sum: u128) -> u64 {
    let number = folded(sum);
    // What is above 64 bits is below 2⁵ now, and times 13 far below the prime.
    let number = u128::from(number as u64) + PRIME - 13 * (number >> 64);
    let number = if number >= PRIME { number - PRIME } else { number };
    scattered(number as u64)
}

/// The finaliser of MurmurHash3, which is a bijection.
fn scattered(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Catches a product or a sum that is not the residue it stands for.
        #[test]
        fn sums_are_those_of_residues(terms in prop::collection::vec((any::<u64>(), any::<u64>()), 0..20)) {
            let plain = terms.iter().fold(0, |sum, (key, word)| (sum + u128::from(*key) * u128::from(*word) % PRIME) % PRIME);
            let sum = terms.iter().map(|(key, word)| product(*key, *word)).sum();
            prop_assert_eq!(residue(sum), scattered(plain as u64));
        }
    }

    #[test]
    fn the_ends_of_the_range_are_right() {
        for (key, word) in [(0, 0), (u64::MAX, u64::MAX), (u64::MAX, 1), (1 << 63, 2)] {
            assert_eq!(residue(product(key, word)), scattered((u128::from(key) * u128::from(word) % PRIME) as u64));
        }
        for sum in [0, PRIME - 1, PRIME, PRIME + 1, MULTIPLE, u128::MAX - 13 * 14] {
            assert_eq!(residue(sum), scattered((sum % PRIME) as u64), "{sum}");
        }
    }
}
