//! What differs within a pair of values: their common beginning and end, and the rest between them.

use serde::Serialize;

/// One value cut in three; only `differs` is emphasised. Joined, the parts are the whole value.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Parts {
    /// What both values begin with.
    pub(super) before: String,
    /// What is not common.
    pub(super) differs: String,
    /// What both values end with.
    pub(super) after: String,
}

/// `old` and `new` as they are shown, each cut where they part and where they meet again; equal texts differ nowhere.
pub(super) fn parts(old: &str, new: &str) -> (Parts, Parts) {
    let before: usize =
        old.chars().zip(new.chars()).take_while(|(left, right)| left == right).map(|(c, _)| c.len_utf8()).sum();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let after: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(|(left, right)| left == right)
        .map(|(c, _)| c.len_utf8())
        .sum();
    (cut(old, before, after), cut(new, before, after))
}

fn cut(text: &str, before: usize, after: usize) -> Parts {
    let end = text.len() - after;
    Parts { before: text[..before].to_owned(), differs: text[before..end].to_owned(), after: text[end..].to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_is_not_common_differs() {
        let (old, new) = parts("2026-01-03 10:00", "2026-01-04 10:00");
        assert_eq!((old.differs.as_str(), new.differs.as_str()), ("3", "4"));
        let (old, new) = parts("aa", "aaa");
        assert_eq!((old.differs.as_str(), new.differs.as_str()), ("", "a"));
    }

    proptest! {
        /// Catches a value that loses or doubles a character, and a cut within one.
        #[test]
        fn the_parts_are_the_whole(old in "[aé\u{1F600}b]{0,6}", new in "[aé\u{1F600}b]{0,6}") {
            let (left, right) = parts(&old, &new);
            prop_assert_eq!(left.before + &left.differs + &left.after, old);
            prop_assert_eq!(right.before + &right.differs + &right.after, new);
        }
    }
}
