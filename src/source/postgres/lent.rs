//! PostgreSQL for an engine that reads it by JDBC in its place.
//!
//! JDBC's driver gives other values for some: `infinity` as a day of the year 9999, a time without a zone as a moment, a numeric
//! without a scale cut to 18 digits. Times come over as numbers, on which PostgreSQL itself fails where they are infinite, and
//! what has no exact way is refused.

use std::sync::Arc;

use sqlx::postgres::PgSslMode;

use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::lent::{Carried, Form, Lent, LentDatabase, LentSql};
use super::super::literal::doubled;
use super::super::location::Location;
use super::dialect::Postgres;
use super::options::{options, password};
use crate::model::ErrorCode;
use crate::schema::split;

/// The database at `location`, which messages call `shown`.
///
/// # Errors
/// A place that JDBC's driver does not reach in the same way.
pub(super) fn lent(location: &Location, shown: &str) -> Result<Lent, Error> {
    let unfit = |why: &str| {
        Error::new(
            ErrorCode::SourceUnfit,
            format!("{shown} cannot be read via another source: {why}, or leave `via` out"),
        )
    };
    let Location::Server(url) = location else { return Err(unfit("give its URL")) };
    let (options, mode) = options(url).map_err(|_| unfit("correct its URL"))?;
    const TAKEN: [&str; 9] =
        ["sslmode", "ssl-mode", "host", "hostaddr", "port", "dbname", "user", "password", "application_name"];
    if url.query_pairs().any(|(name, _)| !TAKEN.contains(&name.as_ref())) || options.get_options().is_some() {
        return Err(unfit("JDBC takes no file of keys, no service and no `options`; give a URL without these"));
    }
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') {
        return Err(unfit("JDBC knows no sockets; give its host"));
    }
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let database = options.get_database().unwrap_or(options.get_username());
    let mode = match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    let mut properties = vec![
        ("user", options.get_username().to_owned()),
        ("sslmode", mode.to_owned()),
        ("ApplicationName", options.get_application_name().unwrap_or("cutover").to_owned()),
    ];
    properties.extend(password(&options).map(|password| ("password", password)));
    Ok(Lent::Database(Arc::new(LentDatabase {
        url: format!(
            "jdbc:postgresql://{host}:{}/{}",
            options.get_port(),
            percent_encoding::utf8_percent_encode(database, percent_encoding::NON_ALPHANUMERIC)
        ),
        properties,
        driver: "org.postgresql.Driver",
        // A policy that hides rows is an error, as elsewhere.
        begins: Some("SET row_security = off; SET default_transaction_read_only = on"),
        jar: "start it with --packages org.postgresql:postgresql:42.7.4, or with --jars and the path of postgresql.jar, which \
              Debian's libpostgresql-jdbc-java has in /usr/share/java",
        sql: &Postgres,
    })))
}

impl LentSql for Postgres {
    fn columns(&self, table: &str) -> String {
        format!(
            "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS source, a.attname::text AS name, \
             pg_catalog.format_type(a.atttypid, a.atttypmod) AS declared, CASE WHEN EXISTS (SELECT 1 FROM pg_catalog.pg_index i \
             WHERE i.indrelid = c.oid AND i.indisprimary AND i.indnatts = 1 AND i.indkey[0] = a.attnum) AND a.atttypid IN (20, 21, \
             23) THEN 'yes' ELSE 'no' END AS parts, a.attnum::int AS place FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = \
             c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE \
             pg_catalog.pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND lower(c.relname) = lower({})",
            doubled(table)
        )
    }

    fn quoted(&self, name: &str) -> String {
        Dialect::quoted(self, name)
    }

    fn carried(&self, column: &str, declared: &str) -> Result<Carried, &'static str> {
        let (name, arguments) = split(declared);
        let number = |at: usize| arguments.get(at).and_then(|text| text.trim().parse::<u32>().ok());
        // In UTC, the days and then the time of day, whose seconds a double of older servers holds to the microsecond.
        let micros = |at: &str| {
            format!(
                "(({at})::date - date '1970-01-01')::bigint * 86400000000 + \
                 round(extract(epoch FROM ({at})::time) * 1000000)::bigint"
            )
        };
        let (selected, form) = match name.as_str() {
            "boolean" => (column.to_owned(), Form::Bool),
            "smallint" => (column.to_owned(), Form::Integer(16)),
            "integer" => (column.to_owned(), Form::Integer(32)),
            "bigint" => (column.to_owned(), Form::Integer(64)),
            "real" => (column.to_owned(), Form::Float(32)),
            "double precision" => (column.to_owned(), Form::Float(64)),
            "numeric" => match (number(0), number(1)) {
                (Some(digits), Some(scale)) if digits <= 38 && scale <= digits => {
                    (column.to_owned(), Form::Decimal(digits, scale))
                }
                _ => {
                    return Err(
                        "a numeric comes over with a precision of up to 38 and a scale, such as numeric(38, 12)",
                    );
                }
            },
            "text" | "character varying" => (format!("{column}::text"), Form::Text),
            "uuid" => (format!("{column}::text"), Form::Text),
            "bytea" => (column.to_owned(), Form::Bytes),
            "date" => (format!("{column} - date '1970-01-01'"), Form::Days),
            "timestamp without time zone" => (micros(column), Form::Clocks),
            "timestamp with time zone" => (micros(&format!("{column} AT TIME ZONE 'UTC'")), Form::Moments),
            _ => return Err("no exact form of it comes over; read a view without it, or with it cast to text"),
        };
        Ok(Carried { selected, form })
    }
}
