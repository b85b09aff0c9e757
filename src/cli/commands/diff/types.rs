//! Finds the types of the columns of a CSV side: those that the command line names, else those of the other side.

use crate::frame::Type;
use crate::model::{Side, Sides};
use crate::source::pushdown::Described;
use crate::source::{AsOfOptions, Dialect, SourceUrl, in_folders, untyped};

use super::relation::Found;

/// Digits of a decimal.
const DIGITS: u8 = 38;

/// Digits after the point, at least, where the other side does not say how many.
const SCALE: u8 = 18;

/// Types of the columns of one side, as a suite has them.
pub(super) type Types = Vec<(String, String)>;

/// Returns the types of both sides, and what to tell of them.
///
/// # Errors
/// What the command line says and has no effect: a type of a column that no CSV side has, types for a side that is no CSV, and
/// how CSV is written where there is none.
pub(super) fn types(
    urls: Sides<&SourceUrl>,
    found: Sides<&Found>,
    given: &[(String, String)],
    from: Option<Side>,
    rename: &[(String, String)],
    dialect: bool,
) -> Result<(Sides<Types>, Option<String>), String> {
    let bare = Sides { old: untyped(urls.old, &found.old.named), new: untyped(urls.new, &found.new.named) };
    if dialect && !bare.old && !bare.new {
        return Err("--csv: neither side is CSV; leave it out".to_owned());
    }
    let own = |side: Side| -> Types {
        let known = |(column, _): &&(String, String)| found.get(side).relation.columns.contains(column);
        given.iter().filter(known).filter(|_| *bare.get(side)).cloned().collect()
    };
    let mut types = Sides { old: own(Side::Old), new: own(Side::New) };
    if let Some((column, _)) = given.iter().find(|one| !types.old.contains(one) && !types.new.contains(one)) {
        return Err(format!(
            "--type {column}: no side that is CSV has such a column; leave it out, or correct its name"
        ));
    }
    if let Some(from) = from
        && !*bare.get(from.other())
    {
        return Err(format!("--types-from {from}: {} is no CSV and has types of its own; leave it out", from.other()));
    }
    if let Some(from) = from.filter(|from| *bare.get(*from)) {
        return Err(format!("--types-from {from}: it is CSV and has no types; name them with --type"));
    }
    let from = from.or(match (bare.old, bare.new) {
        (true, false) => Some(Side::New),
        (false, true) => Some(Side::Old),
        _ => None,
    });
    let Some(from) = from else { return Ok((types, None)) };
    let to = from.other();
    let mut taken = Vec::new();
    for column in &found.get(from).described {
        let name = match to {
            Side::New => rename.iter().find(|(old, _)| *old == column.name).map_or(&column.name, |(_, new)| new),
            Side::Old => rename.iter().find(|(_, new)| *new == column.name).map_or(&column.name, |(old, _)| old),
        };
        let wanted =
            found.get(to).relation.columns.contains(name) && types.get(to).iter().all(|(known, _)| known != name);
        if let Some(of) = csv_type(column, found.get(from).relation.engine.dialect).filter(|_| wanted) {
            taken.push(name.clone());
            types.get_mut(to).push((name.clone(), of));
        }
    }
    if taken.is_empty() {
        return Ok((types, None));
    }
    let list = taken.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let told = format!(
        "{to} is CSV: {list} read with the types of {from}; name others with --type, such as --type {}=text",
        taken[0]
    );
    Ok((types, Some(told)))
}

/// Returns the columns in the names of folders for each side: for those whose URL is of files that lie in folders of such names,
/// or below it.
///
/// # Errors
/// Columns where neither side is a folder of files.
pub(super) fn partitions(urls: Sides<&SourceUrl>, given: &[(String, String)]) -> Result<Sides<Types>, String> {
    let of = |url: &SourceUrl| if in_folders(url) { given.to_vec() } else { Vec::new() };
    let partitions = urls.map(of);
    match given.first() {
        Some((column, _)) if partitions.old.is_empty() && partitions.new.is_empty() => {
            Err(format!("--partition {column}: neither side is a folder of files; leave it out"))
        }
        _ => Ok(partitions),
    }
}

/// Returns the state of each side's tables that is read.
///
/// # Errors
/// A state of a side that is no folder of files, and one that is none.
pub(super) fn states(
    urls: Sides<&SourceUrl>,
    given: &Sides<Option<toml::Table>>,
) -> Result<Sides<Option<AsOfOptions>>, String> {
    let of = |side: Side| {
        let Some(given) = given.get(side) else { return Ok(None) };
        if !in_folders(urls.get(side)) {
            return Err(format!(
                "--{side}-as-of: {side} is no folder of files, so no Delta or Iceberg table; leave it out"
            ));
        }
        given
            .clone()
            .try_into()
            .map(Some)
            .map_err(|cause: toml::de::Error| format!("--{side}-as-of: {}", cause.message()))
    };
    Ok(Sides { old: of(Side::Old)?, new: of(Side::New)? })
}

/// Returns the type in a CSV file that a column can be compared with; absent where that is text, or there is none.
fn csv_type(column: &Described, dialect: &dyn Dialect) -> Option<String> {
    Some(match &column.of {
        Type::Integer => "integer".to_owned(),
        Type::Decimal { scale } => declared(&column.database_type).unwrap_or_else(|| {
            // Other rows may have more digits than those that were seen.
            format!("decimal({DIGITS},{})", (*scale).max(SCALE))
        }),
        Type::Float if dialect.is_single(&column.database_type) => "real".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::WallClock => "timestamp".to_owned(),
        _ => return None,
    })
}

/// The digits that a type such as `numeric(10,2)` declares.
fn declared(database_type: &str) -> Option<String> {
    let inside = database_type.split_once('(')?.1.split_once(')')?.0;
    let (precision, scale) = inside.split_once(',').unwrap_or((inside, "0"));
    let (precision, scale): (u8, u8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    (precision <= DIGITS && scale <= precision).then(|| format!("decimal({precision},{scale})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a decimal that a file holds with more digits than the type it is read with.
    #[test]
    fn a_decimal_is_read_with_the_digits_of_the_other_side() {
        let of = |of: Type, database_type: &str| {
            let postgres = crate::source::driver("postgres").unwrap().dialect;
            csv_type(&Described::new("n".to_owned(), database_type.to_owned(), of, false), postgres)
        };
        assert_eq!(of(Type::Decimal { scale: 0 }, "numeric(10,2)").as_deref(), Some("decimal(10,2)"));
        assert_eq!(of(Type::Decimal { scale: 0 }, "numeric").as_deref(), Some("decimal(38,18)"));
        assert_eq!(of(Type::Decimal { scale: 4 }, "").as_deref(), Some("decimal(38,18)"));
        assert_eq!(of(Type::Decimal { scale: 20 }, "").as_deref(), Some("decimal(38,20)"));
        assert_eq!(of(Type::Float, "FLOAT4").as_deref(), Some("real"));
        assert_eq!(of(Type::Float, "FLOAT8").as_deref(), Some("float"));
        assert_eq!(of(Type::Integer, "int8").as_deref(), Some("integer"));
        assert_eq!(of(Type::Text, "text"), None);
        assert_eq!(of(Type::Instant, "timestamptz"), None);
    }
}
