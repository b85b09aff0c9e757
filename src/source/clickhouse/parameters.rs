//! ClickHouse's parameters; every other name of letters, digits and underscores is a setting, which the server judges.

use super::super::parameters::{Parameters, secret, shown};

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[shown(&["user"]), secret(&["password"]), shown(&["database"])],
    elsewhere: &[
        (
            &[
                "ssl",
                "tls",
                "usessl",
                "requiressl",
                "secure",
                "verify",
                "sslmode",
                "sslverify",
                "encrypt",
                "protocol",
                "sslrootcert",
                "sslca",
                "cacert",
                "skipverify",
            ],
            "TLS is asked for by the scheme clickhouses://, which always checks the server",
        ),
        (&["host", "port"], "write it before the `?`"),
    ],
    settings: true,
    authority: None,
    verification: Some("clickhouses:// before the host"),
    file: None,
    sockets: &[],
};
