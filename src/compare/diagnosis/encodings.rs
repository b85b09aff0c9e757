//! Text whose bytes were read in another encoding, and characters that another encoding has no place for.

use encoding_rs::{Encoding, ISO_8859_2, MACINTOSH, WINDOWS_1251, WINDOWS_1252};

use super::pair::{Fits, Pair, text};
use crate::model::FindingCode as Code;

/// Bytes of text beyond which it is not looked into.
const LONGEST: usize = 64 << 10;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    let (Some(old), Some(new)) = (text(pair.old), text(pair.new)) else { return };
    if old.len().max(new.len()) > LONGEST || (old.is_ascii() && new.is_ascii()) {
        return;
    }
    if !old.is_ascii() && !new.is_ascii() {
        if latin(old) == new {
            fits.push((Code::Misread, "Latin-1".to_owned()));
        }
        if latin(new) == old {
            fits.push((Code::Reread, "Latin-1".to_owned()));
        }
        for (encoding, name) in [
            (WINDOWS_1252, "Windows-1252"),
            (ISO_8859_2, "Latin-2"),
            (WINDOWS_1251, "Windows-1251"),
            (MACINTOSH, "Mac Roman"),
        ] {
            if read(encoding, old) == new {
                fits.push((Code::Misread, name.to_owned()));
            }
            if read(encoding, new) == old {
                fits.push((Code::Reread, name.to_owned()));
            }
        }
    }
    if !old.is_ascii() {
        for (mark, name) in [("?", "?"), ("\u{FFFD}", "U+FFFD"), ("", "nothing")] {
            let each = |of: fn(char) -> usize| {
                old.chars().map(|c| if c.is_ascii() { c.to_string() } else { mark.repeat(of(c)) }).collect::<String>()
            };
            if each(|_| 1) == new || (!mark.is_empty() && each(char::len_utf8) == new) {
                fits.push((Code::Replaced, name.to_owned()));
            }
        }
    }
}

/// The bytes of `text`, each as the character with its number.
fn latin(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn read(encoding: &'static Encoding, text: &str) -> String {
    encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
}
