//! Windows and the order of rows.

use sqlparser::ast::{OrderByExpr, WindowSpec};

use super::reason::without;

/// Refuses what an ORDER BY may say beyond ASC, DESC and where NULL stands.
pub(super) fn sorted(all: &[OrderByExpr]) -> Result<(), String> {
    all.iter().try_for_each(|OrderByExpr { expr: _, options: _, with_fill }| without(with_fill.is_some(), "WITH FILL"))
}

/// Refuses a window that is made of another: what the other says is lost.
pub(super) fn window(spec: &WindowSpec) -> Result<(), String> {
    let WindowSpec { window_name, partition_by: _, order_by, window_frame: _ } = spec;
    if window_name.is_some() {
        return Err("a window that begins with the name of another loses what that one says; write OVER w, or the whole window in \
                    the parentheses"
            .to_owned());
    }
    sorted(order_by)
}
