//! Writes the old side of the demo as a SQLite database.

use std::path::Path;

use chrono::{DateTime, NaiveDate};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use super::shop::Old;

/// The old schema. SQLite keeps no dates: the declared types tell readers which texts are some.
const SCHEMA: [&str; 4] = [
    "CREATE TABLE traces (
        id TEXT PRIMARY KEY, project TEXT NOT NULL, user_id TEXT, session_id TEXT, name TEXT NOT NULL,
        started_at DATETIME NOT NULL, day DATE NOT NULL, sdk TEXT NOT NULL
    )",
    "CREATE TABLE observations (
        id TEXT PRIMARY KEY, trace_id TEXT NOT NULL REFERENCES traces (id), kind TEXT NOT NULL, model TEXT,
        started_at DATETIME NOT NULL, day DATE NOT NULL, latency_ms INTEGER NOT NULL,
        input_tokens INTEGER, output_tokens INTEGER, cost_nanos INTEGER
    )",
    "CREATE TABLE trace_tags (
        trace_id TEXT NOT NULL REFERENCES traces (id), tag TEXT NOT NULL, PRIMARY KEY (trace_id, tag)
    )",
    "CREATE TABLE invoices (
        id INTEGER PRIMARY KEY, customer TEXT NOT NULL, email TEXT NOT NULL, country TEXT NOT NULL, city TEXT NOT NULL,
        currency TEXT NOT NULL, amount INTEGER NOT NULL, coupon TEXT, note TEXT NOT NULL, paid_at DATETIME NOT NULL,
        day DATE NOT NULL
    )",
];

/// Writes `old` to a new database at `path`.
pub(super) async fn write(old: &Old, path: &Path) -> Result<(), sqlx::Error> {
    // No write-ahead log: the finished demo is one file.
    let options =
        SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Memory);
    let mut connection = options.connect().await?;
    let mut work = connection.begin().await?;
    for table in SCHEMA {
        sqlx::query(table).execute(&mut *work).await?;
    }
    for trace in &old.traces {
        sqlx::query("INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&trace.id)
            .bind(&trace.project)
            .bind(&trace.user_id)
            .bind(&trace.session_id)
            .bind(&trace.name)
            .bind(timestamp_text(trace.started_at))
            .bind(day_text(trace.day))
            .bind(&trace.sdk)
            .execute(&mut *work)
            .await?;
    }
    for step in &old.observations {
        sqlx::query("INSERT INTO observations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&step.id)
            .bind(&step.trace_id)
            .bind(&step.kind)
            .bind(&step.model)
            .bind(timestamp_text(step.started_at))
            .bind(day_text(step.day))
            .bind(step.latency_ms)
            .bind(step.input_tokens)
            .bind(step.output_tokens)
            .bind(step.cost_nanos)
            .execute(&mut *work)
            .await?;
    }
    for (trace_id, tag) in &old.tags {
        sqlx::query("INSERT INTO trace_tags VALUES (?, ?)").bind(trace_id).bind(tag).execute(&mut *work).await?;
    }
    for invoice in &old.invoices {
        sqlx::query("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(invoice.id)
            .bind(&invoice.customer)
            .bind(&invoice.email)
            .bind(&invoice.country)
            .bind(&invoice.city)
            .bind(&invoice.currency)
            .bind(invoice.amount)
            .bind(&invoice.coupon)
            .bind(&invoice.note)
            .bind(timestamp_text(invoice.paid_at))
            .bind(day_text(invoice.day))
            .execute(&mut *work)
            .await?;
    }
    work.commit().await?;
    connection.close().await
}

/// `2026-01-01 09:30:00.000001` of microseconds since 1970.
pub fn timestamp_text(micros: i64) -> String {
    let at = DateTime::from_timestamp_micros(micros).expect("the shop is open in 2026");
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// `2026-01-01` of days since 1970.
pub fn day_text(day: i32) -> String {
    let day = NaiveDate::from_epoch_days(day).expect("the shop is open in 2026");
    day.to_string()
}
