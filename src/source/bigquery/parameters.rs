//! The parameters of BigQuery's URLs.

use super::super::parameters::{Parameters, shown};

/// Where jobs run.
pub(super) const LOCATION: &str = "location";

/// The file of the key of a service account, or of other credentials.
pub(super) const CREDENTIALS: &str = "credentials_file";

/// The service account that is acted as.
pub(super) const PRINCIPAL: &str = "impersonate";

/// The project that is charged for requests.
pub(super) const QUOTA: &str = "quota_project";

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[shown(&[LOCATION]), shown(&[CREDENTIALS]), shown(&[PRINCIPAL]), shown(&[QUOTA])],
    elsewhere: &[
        (
            &["ssl", "tls", "sslmode", "verify"],
            "connections are encrypted, and the server's certificate is always checked; remove it",
        ),
        (
            &["credentials", "key", "keyfile", "token", "accesstoken", "password", "clientsecret", "refreshtoken"],
            "name a file by credentials_file=…, or leave it out for the credentials of the machine",
        ),
        (
            &["project", "projectid", "dataset", "datasetid", "database", "schema"],
            "write it before the `?`, as adbc:bigquery://PROJECT/DATASET",
        ),
        (&["maximumbytesbilled", "maxbytesbilled", "priority"], "write it under `settings` of the source"),
        (&["timezone"], "queries run in UTC; remove it"),
        (&["uselegacysql", "dryrun", "destinationtable"], "cutover sets it; remove it"),
    ],
    settings: false,
    authority: None,
    verification: None,
    file: None,
    sockets: &[],
};
