//! Bounds how likely a row diff is to call different rows equal.

/// An upper bound of the probability that a diff calls two different rows equal, with `rows` rows on the larger side.
///
/// Per pair of rows with one key 2⁻⁶⁴ (the row hashes collide); per pair of rows with different keys 2⁻¹²⁸ (both
/// hashes collide).
pub(crate) fn false_equal_probability(rows: u64) -> f64 {
    let rows = rows as f64;
    let one_hash = 2f64.powi(-64);
    (rows * one_hash + rows * rows * one_hash * one_hash).min(1.0)
}

/// The same bound where a server found `pairs` of rows equal by hashes of `bits` bits, and grouped them by one of 64 bits of
/// their keys.
pub(super) fn false_equal_elsewhere(pairs: u64, bits: u32) -> f64 {
    let (pairs, one_hash) = (pairs as f64, 2f64.powi(-i32::try_from(bits).unwrap_or(i32::MAX)));
    (pairs * one_hash + pairs * pairs * one_hash * 2f64.powi(-64)).min(1.0)
}
