//! What an account may do beside reading, by its own profile: `readonly = 2` of a request is only as good as who sends it.

use super::super::Error;
use super::server::ClickHouse;
use super::session;

/// Grants with which nothing is changed.
const READING: [&str; 6] = ["SELECT", "SHOW", "CHECK", "dictGet", "displaySecretsInShowAndSelect", "INTROSPECTION"];

impl ClickHouse {
    /// See [`crate::source::Engine::privileges`].
    pub(super) async fn excess(&self) -> Result<Option<String>, Error> {
        let client = &self.address.client;
        // Without a setting, so that the answer is the profile's own.
        let asked = client.query_raw("SELECT name, value FROM system.settings WHERE name = 'readonly'");
        let readonly = session::pairs(&self.address, asked).await?.into_iter().next().map(|(_, value)| value);
        if readonly.is_some_and(|value| value != "0") {
            return Ok(None);
        }
        let shown = session::lines(&self.address, client.query_raw("SHOW GRANTS")).await?;
        let grants = shown.iter().flatten().filter_map(|line| line.strip_prefix("GRANT ")?.split_once(" ON "));
        let mut more: Vec<&str> = grants
            .flat_map(|(privileges, _)| privileges.split(", "))
            .filter(|name| !READING.iter().any(|reading| name.starts_with(reading)))
            .collect();
        more.sort_unstable();
        more.dedup();
        if more.is_empty() {
            return Ok(None);
        }
        let told: String = match more.as_slice() {
            few if few.len() <= 4 => few.join(", "),
            [first, second, third, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len()),
            _ => String::new(),
        };
        Ok(Some(format!(
            "the user {} may do more than read ({told}), and its profile is not read-only: requests are sent with readonly = 2, \
             yet table functions such as url, file and remote reach further; use one that only reads: CREATE USER cutover \
             IDENTIFIED BY '…' SETTINGS readonly = 2; GRANT SELECT ON shop.* TO cutover, with your database for shop",
            self.address.user
        )))
    }
}
