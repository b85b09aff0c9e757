//! Puts every difference to the waivers and the baseline, and allocates to each what it covers.

pub(crate) mod allocation;
pub(crate) mod baseline;
pub(crate) mod ledger;
