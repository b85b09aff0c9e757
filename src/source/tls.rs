//! What became of the encryption of a source's connections, told from how they were made and not from what was asked for.

use std::sync::Mutex;

/// The least protected connection of a source, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tls {
    /// In plain text.
    Absent,
    /// Encrypted; anybody may have answered.
    Unverified,
    /// Encrypted; the certificate is of a trusted authority, for whatever host.
    ForAnyHost,
    /// Encrypted; the certificate is of a trusted authority, for the host of the URL, and in date.
    Verified,
}

impl Tls {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Tls::Absent => "none",
            Tls::Unverified => "encrypted, not verified",
            Tls::ForAnyHost => "encrypted, host not verified",
            Tls::Verified => "verified",
        }
    }
}

/// The connections that were made so far.
#[derive(Debug, Default)]
pub(super) struct Made(Mutex<Option<Tls>>);

impl Made {
    pub(super) fn note(&self, tls: Tls) {
        let mut worst = self.0.lock().expect("no one panics while holding it");
        *worst = Some(worst.map_or(tls, |worst| worst.min(tls)));
    }

    /// The report's word for the least protected of them; empty where there is none.
    pub(super) fn told(&self) -> String {
        let worst = *self.0.lock().expect("no one panics while holding it");
        worst.map(Tls::as_str).unwrap_or_default().to_owned()
    }
}

/// Whether a connection was refused because the server speaks no TLS.
pub(super) fn is_not_spoken(cause: &sqlx::Error) -> bool {
    matches!(cause, sqlx::Error::Tls(inner) if inner.to_string() == "server does not support TLS")
}

/// What to do about a connection that was not made; empty where TLS has nothing to do with it.
pub(super) fn hint(cause: &sqlx::Error) -> &'static str {
    if is_not_spoken(cause) {
        return "turn TLS on at the server, or write sslmode=disable (ssl-mode=DISABLED on MySQL) where plain text will do";
    }
    if cause.to_string().contains("invalid peer certificate") {
        return "the certificate has to be for the host of the URL, in date, and from an authority that this machine trusts or \
                that sslrootcert (ssl-ca on MySQL) names";
    }
    ""
}
