//! PostgreSQL's parameters, most of them libpq's. A key may stand in the URL itself, and options may hold anything.

use super::super::parameters::{Authority, Parameter, Parameters, SettingsFile, secret, shown};
use super::service;

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[
        Parameter {
            names: &["sslmode", "ssl-mode"],
            values: &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
            shown: true,
        },
        shown(&["sslrootcert", "ssl-root-cert", "ssl-ca"]),
        shown(&["sslcert", "ssl-cert"]),
        secret(&["sslkey", "ssl-key"]),
        shown(&["host"]),
        shown(&["hostaddr"]),
        shown(&["port"]),
        shown(&["dbname"]),
        shown(&["user"]),
        secret(&["password"]),
        shown(&["application_name"]),
        secret(&["options"]),
        shown(&["service"]),
    ],
    elsewhere: &[
        (
            &["ssl", "tls", "usessl", "requiressl", "secure", "sslverify", "verify", "encrypt"],
            "TLS is asked for by sslmode=verify-full",
        ),
        (&["channelbinding"], "channel binding is not done; sslmode=verify-full checks the server"),
        (&["connecttimeout", "logintimeout"], "the limit of connecting is fixed; remove it"),
        (&["statementcachecapacity"], "statements are kept for one transaction; remove it"),
        (&["timezone"], "give the source a `timezone`"),
        (&["schema", "currentschema", "searchpath"], "write settings = { search_path = \"…\" }"),
        (&["targetsessionattrs"], "name the one server that is to be read"),
    ],
    settings: false,
    authority: Some(Authority { name: "sslrootcert", mode: "sslmode", verifying: ["verify-full", "verify-ca"] }),
    verification: Some("sslmode=verify-full behind the `?`"),
    file: Some(SettingsFile { name: "service", variable: Some("PGSERVICE"), complete: service::complete }),
    sockets: &["host", "hostaddr"],
};
