//! Reads the key under which masked values are hashed.

use crate::run::MaskKey;

/// The variable that holds the key of masks whose hashes shall be the same in every run.
pub(super) const MASK_KEY: &str = "CUTOVER_MASK_KEY";

/// Returns the key that the environment gives, or one that no other run has.
pub(super) fn mask_key() -> Result<MaskKey, String> {
    let Some(text) = std::env::var_os(MASK_KEY) else { return Ok(MaskKey::random()) };
    let text = text.to_str().ok_or(format!("{MASK_KEY} is not UTF-8; write it in hex"))?;
    MaskKey::given(text).map_err(|why| format!("{MASK_KEY} {why}"))
}
