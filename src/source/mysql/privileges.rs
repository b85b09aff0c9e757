//! What an account may do beside reading: a read-only transaction does not hold back `INTO OUTFILE` or a lock.

use sqlx::Row;

use super::super::Error;
use super::server::MySql;
use super::session::Session;

/// Privileges with which nothing is changed.
const READING: [&str; 8] = [
    "USAGE",
    "SELECT",
    "SHOW VIEW",
    "SHOW DATABASES",
    "PROCESS",
    "REPLICATION CLIENT",
    "BINLOG MONITOR",
    "SLAVE MONITOR",
];

impl MySql {
    /// See [`crate::source::Engine::privileges`].
    pub(super) async fn excess(&self) -> Result<Option<String>, Error> {
        let grants: Vec<String> = self
            .own(async |session: &mut Session| {
                let shown = sqlx::raw_sql("SHOW GRANTS").fetch_all(&mut session.connection).await?;
                shown.iter().map(|row| row.try_get_unchecked(0)).collect()
            })
            .await?;
        let more: Vec<String> = grants.iter().filter_map(|grant| beyond_reading(grant)).collect();
        if more.is_empty() {
            return Ok(None);
        }
        Ok(Some(format!(
            "the account may do more than read ({}): transactions are read-only, yet a file, a lock or a stored function \
             reaches further; use one that only reads: CREATE USER 'cutover'@'%' IDENTIFIED BY '…'; GRANT SELECT, SHOW \
             VIEW ON shop.* TO 'cutover'@'%', with your database for shop",
            more.join("; ")
        )))
    }
}

/// What a line of `SHOW GRANTS` allows beside reading, and on what.
fn beyond_reading(grant: &str) -> Option<String> {
    let (privileges, rest) = grant.strip_prefix("GRANT ")?.split_once(" ON ")?;
    let on = rest.split_once(" TO ").map_or(rest, |(on, _)| on);
    let mut depth = 0;
    let parts = privileges.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    let named = parts.map(|part| part.split('(').next().unwrap_or_default().trim());
    let more: Vec<&str> = named.filter(|name| !READING.contains(name)).collect();
    (!more.is_empty() && !on.starts_with("PROXY")).then(|| format!("{} ON {on}", more.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::beyond_reading;

    /// Catches an account that may write and is taken for a reader, and the other way round.
    #[test]
    fn only_what_goes_beyond_reading_is_told() {
        for reading in [
            "GRANT USAGE ON *.* TO `r`@`%` IDENTIFIED BY PASSWORD '*1'",
            "GRANT SELECT, SHOW VIEW ON `shop`.* TO `r`@`%`",
            "GRANT SELECT (`a`, `b`) ON `shop`.`t` TO `r`@`%`",
            "GRANT `readers` TO `r`@`%`",
        ] {
            assert_eq!(beyond_reading(reading), None, "{reading}");
        }
        for (grant, told) in [
            ("GRANT ALL PRIVILEGES ON *.* TO `w`@`%` WITH GRANT OPTION", "ALL PRIVILEGES ON *.*"),
            ("GRANT SELECT, INSERT (`a`, `b`), FILE ON `shop`.* TO `w`@`%`", "INSERT, FILE ON `shop`.*"),
            ("GRANT EXECUTE ON `shop`.* TO `w`@`%`", "EXECUTE ON `shop`.*"),
        ] {
            assert_eq!(beyond_reading(grant).as_deref(), Some(told));
        }
    }
}
