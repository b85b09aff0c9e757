//! Tables of a database as views of a session, which Spark reads by JDBC.
//!
//! The columns are asked of the database first. Each is selected there in a form that JDBC gives as it is, and made what it was
//! by a view on top. No filter, sort or sum is handed to the database, which would do it by its own rules.

use adbc_driver_manager::ManagedConnection;

use super::super::adbc::Cancel;
use super::super::catalog::Cells;
use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::lent::{Form, LentDatabase};
use super::asking::{asked, make};
use super::dialect::Spark;
use crate::model::ErrorCode;

/// Parts in which a table with a key of whole numbers is read, by as many connections as there are executors to ask.
const PARTS: u32 = 8;

/// Rows that the database hands over at a time.
const FETCHED: u32 = 10_000;

/// A view that only this file names.
const RAW: &str = "cutover_raw_";

/// A column of a lent table.
struct Column {
    name: String,
    selected: String,
    form: Form,
    is_key: bool,
}

/// Makes the view `name` of a table of `database`.
///
/// # Errors
/// A table that is not there, a column that does not come over as it is, and what Spark says.
pub(super) fn made(
    connection: &mut ManagedConnection,
    name: &str,
    database: &LentDatabase,
    cancel: &Cancel,
) -> Result<(), Error> {
    let raw = format!("{RAW}{name}");
    if name.to_lowercase().starts_with(RAW) {
        let message = format!("names that begin with {RAW} are those of cutover; read a view of another name");
        return Err(Error::new(ErrorCode::SourceUnfit, message));
    }
    let told = database.sql.columns(name);
    view(connection, &raw, database, &told, None)?;
    let cells = asked(
        connection,
        &format!("SELECT source, name, declared, parts FROM {} ORDER BY source, place", Spark.quoted(&raw)),
        cancel,
    )?;
    let (source, columns) = columns(database, &cells)?;
    let key = columns.iter().position(|column| column.is_key);
    let bounds = match key {
        Some(key) => {
            let key = &columns[key].selected;
            let ends = format!("SELECT min({key}) AS lo, max({key}) AS hi FROM {source}");
            view(connection, &raw, database, &ends, None)?;
            let ends = asked(
                connection,
                &format!("SELECT CAST(lo AS STRING) AS lo, CAST(hi AS STRING) AS hi FROM {}", Spark.quoted(&raw)),
                cancel,
            )?;
            ends.text(0, "lo").zip(ends.text(0, "hi"))
        }
        None => None,
    };
    let list = |write: &dyn Fn(usize, &Column) -> String| {
        columns.iter().enumerate().map(|(at, column)| write(at, column)).collect::<Vec<_>>().join(", ")
    };
    let selected = list(&|at, column| format!("{} AS c{at}", column.selected));
    let bounds = key.zip(bounds).filter(|(_, (lo, hi))| lo != hi);
    view(connection, &raw, database, &format!("SELECT {selected} FROM {source}"), bounds)?;
    let described = asked(connection, &format!("DESCRIBE QUERY SELECT * FROM {}", Spark.quoted(&raw)), cancel)?;
    for (at, column) in columns.iter().enumerate() {
        let (came, wanted) = (described.text(at, "data_type").unwrap_or_default(), comes_as(column.form));
        if came != wanted {
            let message = format!(
                "column `{}` comes over as {came}, where it is {wanted}; check the driver of JDBC on the server",
                column.name
            );
            return Err(Error::new(ErrorCode::TypeUnsupported, message).on_column(&column.name, None));
        }
    }
    let restored = list(&|at, column| format!("{} AS {}", restored(at, column.form), Spark.quoted(&column.name)));
    make(
        connection,
        &format!(
            "CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT {restored} FROM {}",
            Spark.quoted(name),
            Spark.quoted(&raw)
        ),
    )
}

/// The columns of the one table that `cells` are about, and the table as the database quotes it.
fn columns(database: &LentDatabase, cells: &Cells) -> Result<(String, Vec<Column>), Error> {
    let missing = |message: &str| Err(Error::new(ErrorCode::SourceMissing, message));
    let cell = |row: usize, name: &str| cells.text(row, name).unwrap_or_default();
    if cells.rows() == 0 {
        return missing("the database has no such table, or the account may not see it; name it without a schema");
    }
    let source = cell(0, "source");
    if let Some(other) = (0..cells.rows()).map(|row| cell(row, "source")).find(|other| *other != source) {
        let message = format!("{source} and {other} are one table to Spark, which ignores case; read a view of one");
        return missing(&message);
    }
    let mut columns: Vec<Column> = Vec::new();
    for row in 0..cells.rows() {
        let (name, declared) = (cell(row, "name"), cell(row, "declared"));
        if let Some(other) = columns.iter().find(|other| other.name.to_lowercase() == name.to_lowercase()) {
            let message = format!(
                "columns `{}` and `{name}` are one to Spark, which ignores case; read a view that names one of them otherwise",
                other.name
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let carried = database.sql.carried(&database.sql.quoted(&name), &declared).map_err(|why| {
            let message = format!("column `{name}` is {declared}: {why}");
            Error::new(ErrorCode::TypeUnsupported, message).on_column(&name, Some(&declared))
        })?;
        let is_key = cell(row, "parts") == "yes";
        columns.push(Column { name, selected: carried.selected, form: carried.form, is_key });
    }
    Ok((source, columns))
}

/// Makes the view `name` of a query of the database; in parts by a column and between its least and its largest value.
fn view(
    connection: &mut ManagedConnection,
    name: &str,
    database: &LentDatabase,
    query: &str,
    parts: Option<(usize, (String, String))>,
) -> Result<(), Error> {
    let mut options = vec![
        ("url", database.url.clone()),
        ("driver", database.driver.to_owned()),
        ("dbtable", format!("({query}) AS cutover_lent")),
        ("fetchsize", FETCHED.to_string()),
    ];
    options.extend(
        ["pushDownPredicate", "pushDownAggregate", "pushDownLimit", "pushDownOffset", "pushDownTableSample"]
            .map(|name| (name, "false".to_owned())),
    );
    options.extend(database.begins.map(|begins| ("sessionInitStatement", begins.to_owned())));
    options.extend(database.properties.iter().map(|(name, value)| (*name, value.clone())));
    if let Some((column, (low, high))) = parts {
        options.extend([
            ("partitionColumn", format!("c{column}")),
            ("lowerBound", low),
            ("upperBound", high),
            ("numPartitions", PARTS.to_string()),
        ]);
    }
    if let Some((option, _)) = options.iter().find(|(_, value)| value.contains("${") || value.contains('\0')) {
        let message = format!("its {option} holds `${{` or NUL, which no statement of Spark can hold; choose another");
        return Err(Error::new(ErrorCode::SourceUnfit, message));
    }
    let options: Vec<String> =
        options.iter().map(|(name, value)| format!("{} '{}'", Spark.quoted(name), escaped(value))).collect();
    let sql = format!(
        "CREATE OR REPLACE TEMPORARY VIEW {} USING org.apache.spark.sql.jdbc OPTIONS ({})",
        Spark.quoted(name),
        options.join(", ")
    );
    make(connection, &sql).map_err(|error| {
        // All that Java says of a class that is not there.
        if error.message.contains(database.driver) {
            let message = format!("the server of Spark has no driver {}; {}", database.driver, database.jar);
            return Error::new(ErrorCode::SourceUnfit, message);
        }
        error
    })
}

/// A text between quotes, in which a backslash stands for itself where it stands twice.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// The type by which JDBC gives what stands for a column.
fn comes_as(form: Form) -> String {
    match form {
        Form::Bool => "boolean".to_owned(),
        Form::Integer(16) => "smallint".to_owned(),
        Form::Integer(32) | Form::Days => "int".to_owned(),
        Form::Integer(_) | Form::Moments | Form::Clocks => "bigint".to_owned(),
        Form::Decimal(digits, scale) => format!("decimal({digits},{scale})"),
        Form::Float(32) => "float".to_owned(),
        Form::Float(_) => "double".to_owned(),
        Form::Text => "string".to_owned(),
        Form::Bytes => "binary".to_owned(),
    }
}

/// The column that stands at `at` of the raw view.
fn restored(at: usize, form: Form) -> String {
    match form {
        Form::Days => format!("date_add(DATE '1970-01-01', c{at})"),
        Form::Moments => format!("timestamp_micros(c{at})"),
        Form::Clocks => format!("timestampadd(MICROSECOND, c{at}, TIMESTAMP_NTZ '1970-01-01 00:00:00')"),
        _ => format!("c{at}"),
    }
}
