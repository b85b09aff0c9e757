//! Columns whose values cannot be read: of a type without a canonical form, or with a value that has none. They are set aside,
//! so that the others of their table can be tried.

use std::collections::BTreeMap;

use super::asking::Asking;
use crate::frame::Frame;

/// Such columns, and why they cannot be read.
pub(super) type Unread = BTreeMap<String, String>;

/// Asks for `columns`, in the quotes of `quoted`, of the rows that `from` names; those that cannot be read are added to `unread`
/// and left out.
///
/// # Errors
/// What the source said, where it is no single column that cannot be read.
pub(super) async fn readable(
    asking: &Asking<'_>,
    columns: &[String],
    from: &str,
    unread: &mut Unread,
) -> Result<Frame, String> {
    let dialect = asking.engine.driver().dialect;
    let refused = match asking.ask(&format!("SELECT {} FROM {from}", listed(asking, columns, unread))).await {
        Ok(rows) => return Ok(rows),
        Err(why) => why,
    };
    let wanted: Vec<&String> = columns.iter().filter(|name| !unread.contains_key(*name)).collect();
    let mut found = Unread::new();
    for name in &wanted {
        if asking.stop.is_cancelled() {
            return Err(refused);
        }
        if let Err(why) = asking.ask(&format!("SELECT {} FROM {from}", dialect.quoted(name))).await {
            found.insert((*name).clone(), why);
        }
    }
    if found.is_empty() || found.len() == wanted.len() {
        return Err(refused);
    }
    unread.extend(found);
    asking.ask(&format!("SELECT {} FROM {from}", listed(asking, columns, unread))).await
}

fn listed(asking: &Asking<'_>, columns: &[String], unread: &Unread) -> String {
    let dialect = asking.engine.driver().dialect;
    let columns = columns.iter().filter(|name| !unread.contains_key(*name)).map(|name| dialect.quoted(name));
    columns.collect::<Vec<_>>().join(", ")
}
