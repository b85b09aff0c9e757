//! The key of masks, and what a run may show at all.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::{MASKED, plural};

/// Whether `value` stands for a masked one.
pub(crate) fn is_hash(value: &str) -> bool {
    value.starts_with(MASKED)
}

/// What a run may show of the data.
#[derive(Clone, Debug)]
pub(crate) struct Privacy {
    /// Makes the hashes that stand for masked values.
    pub key: MaskKey,
    /// Whether values of rows are shown at all.
    pub examples: bool,
}

impl Privacy {
    /// Examples, and a key that only this run knows.
    pub(crate) fn of_the_run() -> Self {
        Privacy { key: MaskKey::random(), examples: true }
    }
}

/// A secret by which values become hashes; it cannot be printed.
#[derive(Clone)]
pub(crate) struct MaskKey {
    bytes: Vec<u8>,
    /// Whether other runs may have it too.
    given: bool,
}

impl std::fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskKey(…)")
    }
}

impl MaskKey {
    /// Fewest bytes of a key that is given.
    const SHORTEST: usize = 16;

    /// A key that is thrown away with the run: its hashes mean nothing in any other.
    pub(crate) fn random() -> MaskKey {
        let mut bytes = vec![0; 32];
        // Without randomness there is no privacy to offer.
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        MaskKey { bytes, given: false }
    }

    /// The key that `text` is.
    ///
    /// # Errors
    /// Fewer than 16 bytes: such a key can be found by trying.
    pub(crate) fn given(text: &str) -> Result<MaskKey, String> {
        if text.len() < MaskKey::SHORTEST {
            return Err(format!(
                "is {} long, where a key has at least {}; make one with `openssl rand -hex 32`",
                plural(text.len() as u64, "byte"),
                MaskKey::SHORTEST
            ));
        }
        Ok(MaskKey { bytes: text.as_bytes().to_vec(), given: true })
    }

    /// Returns what tells the key from others without telling it; `None` of one that only this run knows.
    pub(crate) fn id(&self) -> Option<String> {
        self.given.then(|| self.hash("the key itself").trim_start_matches(MASKED).to_owned())
    }

    /// What stands for `value`: the first 64 bits of its HMAC-SHA256. The same value has the same hash under one key.
    pub(crate) fn hash(&self, value: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("HMAC takes keys of any length");
        mac.update(value.as_bytes());
        let digest = mac.finalize().into_bytes();
        digest.iter().take(8).fold(String::from(MASKED), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::MaskKey;

    #[test]
    fn hashes_agree_under_one_key_and_only_there() {
        let key = MaskKey::given("0123456789abcdef").unwrap();
        assert_eq!(key.hash("ada@example.org"), key.hash("ada@example.org"));
        assert_ne!(key.hash("ada@example.org"), key.hash("ada@example.orh"));
        assert_ne!(MaskKey::random().hash("x"), MaskKey::random().hash("x"));
        assert!(key.id().is_some_and(|id| MaskKey::given("0123456789abcdeg").unwrap().id() != Some(id)));
        assert_eq!(MaskKey::random().id(), None);
    }

    #[test]
    fn the_hash_is_hmac_sha256() {
        // RFC 4231, test case 2, whose key is too short to be given here: "Jefe".
        assert_eq!(
            MaskKey { bytes: b"Jefe".to_vec(), given: true }.hash("what do ya want for nothing?"),
            "masked:5bdcc146bf60754e"
        );
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_printed() {
        assert!(MaskKey::given("short").unwrap_err().contains("at least 16"));
        assert_eq!(format!("{:?}", MaskKey::given("0123456789abcdef").unwrap()), "MaskKey(…)");
    }
}
