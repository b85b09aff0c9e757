//! The parameters of MySQL and MariaDB.

use super::super::parameters::{Authority, Parameter, Parameters, SettingsFile, secret, shown};
use super::option_file;

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[
        Parameter {
            names: &["ssl-mode", "sslmode"],
            values: &["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"],
            shown: true,
        },
        shown(&["ssl-ca", "sslca"]),
        shown(&["ssl-cert", "sslcert"]),
        secret(&["ssl-key", "sslkey"]),
        shown(&["socket"]),
        shown(&["defaults-file"]),
        shown(&["defaults-group-suffix"]),
    ],
    elsewhere: &[
        (
            &[
                "ssl",
                "tls",
                "usessl",
                "requiressl",
                "secure",
                "sslverify",
                "verify",
                "encrypt",
                "verifyservercertificate",
            ],
            "TLS is asked for by ssl-mode=VERIFY_IDENTITY",
        ),
        (&["charset", "characterencoding", "useunicode"], "text is always utf8mb4; remove it"),
        (&["collation"], "write settings = { collation_connection = \"…\" }"),
        (&["timezone", "servertimezone", "connectiontimezone"], "give the source a `timezone`"),
        (&["statementcachecapacity"], "it is cutover's own; remove it"),
        (&["user", "password", "host", "port", "database"], "write it before the `?`"),
        (&["connecttimeout"], "the limit of connecting is fixed; remove it"),
    ],
    settings: false,
    authority: Some(Authority { name: "ssl-ca", mode: "ssl-mode", verifying: ["VERIFY_IDENTITY", "VERIFY_CA"] }),
    verification: Some("ssl-mode=VERIFY_IDENTITY behind the `?`"),
    file: Some(SettingsFile { name: "defaults-file", variable: None, complete: option_file::complete }),
    sockets: &["socket"],
};
