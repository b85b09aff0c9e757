//! What a role may do beside reading: read-only transactions do not hold back functions that reach the server's machine.

use super::super::Error;
use super::server::Postgres;
use crate::model::plural;

/// Roles that let functions and `COPY` reach files and programs of the server's machine.
const REACHING: [&str; 3] = ["pg_read_server_files", "pg_write_server_files", "pg_execute_server_program"];

/// Whether the role is a superuser, which of the roles $1 it has, into how many tables it may write, and what a new role may be
/// called.
const ASKED: &str = "
SELECT r.rolname::text, r.rolsuper,
    ARRAY(SELECT m.rolname::text FROM pg_roles AS m
          WHERE m.rolname = ANY ($1::text[]) AND pg_has_role(m.oid, 'MEMBER') ORDER BY 1),
    (SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
          OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))),
    (SELECT n FROM unnest(ARRAY['cutover', 'cutover_reader', 'cutover_reader_' || r.oid]) WITH ORDINALITY AS free(n, place)
     WHERE NOT EXISTS (SELECT FROM pg_roles AS known WHERE known.rolname = n) ORDER BY place LIMIT 1)
FROM pg_roles AS r WHERE r.rolname = current_user";

impl Postgres {
    /// See [`crate::source::Engine::privileges`].
    pub(super) async fn excess(&self) -> Result<Option<String>, Error> {
        let names = REACHING.map(str::to_owned);
        let (role, superuser, reaching, tables, free): (String, bool, Vec<String>, i64, Option<String>) =
            self.own(ASKED, &names).await?;
        let may = if superuser {
            "is a superuser".to_owned()
        } else if !reaching.is_empty() {
            format!("has {}", reaching.join(" and "))
        } else if tables > 0 {
            format!("may write into {}", plural(tables.unsigned_abs(), "table"))
        } else {
            return Ok(None);
        };
        let free = free.unwrap_or_else(|| "cutover".to_owned());
        Ok(Some(format!(
            "the role {role} {may}: transactions are read-only, yet functions such as lo_export or pg_read_file reach further; \
             use one that only reads: CREATE ROLE {free} LOGIN PASSWORD '…'; GRANT pg_read_all_data TO {free}"
        )))
    }
}
