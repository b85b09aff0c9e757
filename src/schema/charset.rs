//! Character sets of text, and which has every character of another.

use std::fmt;

/// The characters that a text may be of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Every character.
    Unicode,
    /// Every character, in two bytes or four.
    Utf16,
    /// Those of two bytes in UTF-16: no emoji, no rare signs of Chinese.
    Bmp,
    /// Those of seven bits.
    Ascii,
    /// Those of a set by its name.
    Named(String),
}

impl Charset {
    /// Returns the set that MySQL calls `name`; its `utf8` has three bytes.
    pub(crate) fn of_name(name: &str) -> Charset {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "utf16" | "utf16le" => Charset::Utf16,
            "utf8mb4" | "utf32" => Charset::Unicode,
            "utf8mb3" | "utf8" | "ucs2" => Charset::Bmp,
            "ascii" => Charset::Ascii,
            _ => Charset::Named(name),
        }
    }

    /// Returns whether every character of `other` is one of these. A set that is known by its name alone has those of ASCII.
    pub(crate) fn has_all_of(&self, other: &Charset) -> bool {
        match (other, self) {
            (_, Charset::Unicode | Charset::Utf16) => true,
            // Of those the one that reaches further.
            (Charset::Named(other), Charset::Bmp) => other != "gb18030",
            (Charset::Ascii, _) => true,
            (other, one) => other == one,
        }
    }

    /// Returns the most bytes in UTF-8 of a text that fits into so many: of a set whose characters differ in their bytes.
    pub(crate) fn growth(&self) -> u64 {
        match self {
            Charset::Unicode | Charset::Bmp | Charset::Ascii => 1,
            // Two bytes may be three, and the limit is told in halves; of other sets, one may be three.
            Charset::Utf16 | Charset::Named(_) => 3,
        }
    }

    /// Returns how many bytes each character of a set takes that MySQL calls `name`; absent where they differ.
    pub(crate) fn bytes_of_each(name: &str) -> Option<u64> {
        const SINGLE: [&str; 25] = [
            "armscii8", "ascii", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "dec8", "geostd8",
            "greek", "hebrew", "hp8", "keybcs2", "koi8r", "koi8u", "latin1", "latin2", "latin5", "latin7", "macce",
            "macroman", "swe7", "tis620",
        ];
        match name.to_ascii_lowercase().as_str() {
            "ucs2" => Some(2),
            "utf32" => Some(4),
            name => SINGLE.contains(&name).then_some(1),
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Charset::Unicode => "utf8mb4",
            Charset::Utf16 => "utf16",
            Charset::Bmp => "utf8mb3",
            Charset::Ascii => "ascii",
            Charset::Named(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    /// Catches a set that is taken to have what it has not, and one that has all and is refused.
    #[test]
    fn a_set_has_what_is_in_it() {
        let has = |new: &str, old: &str| Charset::of_name(new).has_all_of(&Charset::of_name(old));
        let order = ["ascii", "latin1", "utf8mb3", "utf8mb4"];
        for (at, wide) in order.iter().enumerate() {
            for (other, narrow) in order.iter().enumerate() {
                assert_eq!(has(wide, narrow), other <= at, "{narrow} → {wide}");
            }
        }
        assert!(
            has("utf16", "gb18030") && !has("utf8mb3", "gb18030") && !has("latin2", "latin1") && has("utf8", "big5")
        );
    }
}
