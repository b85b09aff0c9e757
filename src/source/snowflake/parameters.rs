//! The parameters of Snowflake's URLs.

use super::super::parameters::{Parameter, Parameters, shown};

/// The warehouse that queries run in.
pub(super) const WAREHOUSE: &str = "warehouse";

/// The role of the session.
pub(super) const ROLE: &str = "role";

/// How the account is proven.
pub(super) const AUTHENTICATOR: &str = "authenticator";

/// The file of the private key.
pub(super) const KEY: &str = "private_key_file";

/// The account, where the host does not say it.
pub(super) const ACCOUNT: &str = "account";

/// Whether the connection is encrypted.
pub(super) const PROTOCOL: &str = "protocol";

/// Ways to prove the account by Snowflake's names, and by those of the driver.
pub(super) const AUTHENTICATORS: [(&str, &str); 6] = [
    ("snowflake", "auth_snowflake"),
    (KEY_PAIR, "auth_jwt"),
    ("oauth", "auth_oauth"),
    ("programmatic_access_token", "auth_pat"),
    ("username_password_mfa", "auth_mfa"),
    ("externalbrowser", "auth_ext_browser"),
];

/// By a key pair.
pub(super) const KEY_PAIR: &str = "snowflake_jwt";

/// The names of [`AUTHENTICATORS`].
static NAMES: [&str; 6] = [
    AUTHENTICATORS[0].0,
    AUTHENTICATORS[1].0,
    AUTHENTICATORS[2].0,
    AUTHENTICATORS[3].0,
    AUTHENTICATORS[4].0,
    AUTHENTICATORS[5].0,
];

pub(super) static PARAMETERS: Parameters = Parameters {
    known: &[
        shown(&[WAREHOUSE]),
        shown(&[ROLE]),
        Parameter { names: &[AUTHENTICATOR], values: &NAMES, shown: true },
        shown(&[KEY]),
        shown(&[ACCOUNT]),
        Parameter { names: &[PROTOCOL], values: &["https", "http"], shown: true },
    ],
    elsewhere: &[
        (
            &["ssl", "tls", "sslmode", "insecuremode", "tlsskipverify", "disableocspchecks", "ocspfailopen"],
            "connections are encrypted, and the server's certificate is always checked; remove it",
        ),
        (
            &["token", "password", "passcode"],
            "a password or a token stands before the host, as adbc:snowflake://user:token@account",
        ),
        (
            &["privatekey", "privatekeypwd", "privatekeyfilepwd", "passphrase", "privatekeypassphrase"],
            "name the file of a key without a passphrase by private_key_file=…",
        ),
        (&["database", "db", "schema"], "write it before the `?`, as adbc:snowflake://user@account/DATABASE.SCHEMA"),
        (&["user", "userid", "host", "port", "region"], "write it before the `?`"),
        (&["timezone"], "give the source a `timezone`"),
        (&["usehighprecision", "maxtimestampprecision"], "cutover sets it; remove it"),
    ],
    settings: false,
    authority: None,
    verification: None,
    file: None,
    sockets: &[],
};
