//! What is to be known of a connection that is not wholly verified.

use super::tls::Tls;
use super::url::SourceUrl;

/// What is to be known of a connection to another machine that is not wholly verified, with a hint; `told` is the
/// report's word for it. Nothing of one that stays on this machine.
pub fn tls_advice(url: &SourceUrl, told: &str) -> Option<String> {
    let hint = url.driver().parameters().verification?;
    let what = [
        (Tls::Absent, "is not encrypted, so that the password and every row can be read and changed on the way"),
        (Tls::Unverified, "is encrypted, and whoever answered in the server's place would not be noticed"),
        (
            Tls::ForAnyHost,
            "is encrypted, and another host with a certificate of the same authority would not be noticed",
        ),
    ];
    let (_, what) = what.into_iter().find(|(tls, _)| tls.as_str() == told)?;
    url.is_remote().then(|| format!("the connection {what}; write {hint}"))
}
