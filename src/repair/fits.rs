//! What a column of new is given in place of a value of old: what it keeps of it, where the check takes that for equal.

use crate::compare::RowColumn;
use crate::frame::Value;
use crate::schema::{ColumnSchema, Room};
use crate::source::Changes;

/// The value that `of_table` is given for `value`, which stands for `old` of `column`: the same wherever the column keeps it,
/// else what it keeps of it and the rule of the check allows for.
///
/// # Errors
/// Why there is none, as the end of a sentence.
pub(super) fn fitting(
    changes: &dyn Changes,
    (column, of_table): (&RowColumn, &ColumnSchema),
    (old, value): (&Value, &Value),
) -> Result<Value, String> {
    let name = &of_table.name;
    if *value == Value::Null {
        return match of_table.is_nullable {
            true => Ok(Value::Null),
            false => Err(format!("old holds NULL, which `{name}` of new does not take")),
        };
    }
    let room = changes.room(of_table, value);
    let is_exact = matches!(room, Room::Exact(_));
    let holds = |held: &Value| column.holds(old, held, of_table.of.is_single()).unwrap_or(is_exact);
    if room == Room::Unknown {
        return Err(format!(
            "`{name}` of new, {}, is of a type of which it is not known what it keeps",
            of_table.declared
        ));
    }
    match (room.kept().into_iter().find(holds), is_exact) {
        (Some(held), _) => Ok(held),
        (None, true) => Err(format!("by the rule of `{name}` it would differ from what old holds with that, too")),
        (None, false) => Err(format!("`{name}` of new, {}, has no room for what old holds", of_table.declared)),
    }
}
