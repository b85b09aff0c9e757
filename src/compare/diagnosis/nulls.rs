//! Values that became NULL, or one value, whatever they were.

use super::super::value::display::shown;
use super::pair::{Fits, Pair};
use crate::frame::Value;
use crate::model::FindingCode as Code;

/// Characters of a value beyond which it is no constant anybody chose.
const LONGEST: usize = 200;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    let (old, new) = (shown(pair.old), shown(pair.new));
    let short = |text: &String| text.len() <= LONGEST;
    match (old, new) {
        (None, Some(new)) => fits.extend(Some(new).filter(short).map(|new| (Code::NullToValue, new))),
        (Some(old), None) => {
            fits.push((Code::Nulled, String::new()));
            fits.extend(Some(old).filter(short).map(|old| (Code::ValueToNull, old)));
        }
        (Some(old), Some(new)) => {
            if short(&new) && !matches!(pair.new, Value::Json(_) | Value::Map(_)) {
                if short(&old) {
                    fits.push((Code::OneValue, format!("{old} → {new}")));
                }
                fits.push((Code::Constant, new));
            }
        }
        (None, None) => {}
    }
}
