//! One difference as outputs beside the reports of a run may show it.

use super::mask::Mask;
use super::privacy::Privacy;
use super::{redact, truncate};
use crate::model::Example;
use crate::spec::check::Check;

/// Returns `example` of `check`, whose sides returned the columns `returned`, masked, cut and without secrets, as the reports
/// of a run show it.
pub(crate) fn shown(check: &Check, privacy: &Privacy, returned: &[String], example: Example) -> Example {
    let masked = match Mask::new(check, privacy, Some(returned)) {
        Some(mask) => mask.example(example),
        None => example,
    };
    let mut shown = truncate::example(&masked).unwrap_or(masked);
    redact::example(&mut shown);
    shown
}
