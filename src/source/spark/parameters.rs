//! The parameters of Spark Connect's URLs.

use super::super::parameters::{Parameter, Parameters, shown};

/// Whether the connection is encrypted.
pub(super) const TLS: &str = "use_ssl";

/// The cluster that answers, where a host has several.
pub(super) const CLUSTER: &str = "x-databricks-cluster-id";

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[Parameter { names: &[TLS], values: &["true", "false"], shown: true }, shown(&[CLUSTER])],
    elsewhere: &[
        (
            &["ssl", "tls", "usetls", "requiressl", "secure", "sslmode", "encrypt"],
            "TLS is asked for by use_ssl=true, which always checks the server",
        ),
        (&["token", "accesstoken", "password"], "write it before the host, as adbc:spark://user:token@host"),
        (&["user", "userid", "host", "port", "database", "catalog", "schema"], "write it before the `?`"),
        (&["timezone"], "give the source a `timezone`"),
        (&["sessionid"], "every connection is a session of its own; remove it"),
    ],
    settings: false,
    authority: None,
    verification: Some("use_ssl=true behind the `?`"),
    file: None,
    sockets: &[],
};
