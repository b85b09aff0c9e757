//! One bar of a small chart, standing on the line at its foot.

use serde::Serialize;

/// The least height of a bar that stands for anything.
const LEAST: f64 = 2.0;

/// Where it stands and how high it is, in the units of its SVG.
#[derive(Serialize)]
pub(super) struct Bar {
    x: usize,
    y: String,
    height: String,
    label: String,
}

impl Bar {
    /// The bar at `x` of `rows`, where `most` of them are `tallest`.
    pub(super) fn new(x: usize, (rows, most): (u64, u64), tallest: f64, label: String) -> Bar {
        let height = (rows as f64 / most.max(1) as f64 * tallest).max(LEAST);
        Bar { x, y: format!("{:.1}", tallest - height), height: format!("{height:.1}"), label }
    }
}
