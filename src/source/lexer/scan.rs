//! The forms that several engines share, each measured in bytes from the start of a text.

use super::Kind;
use super::Next;

pub(crate) const OPEN_QUOTE: &str = "a quote does not end; close it";
const OPEN_COMMENT: &str = "a comment does not end; close it with */";

/// How many bytes from `from` on are characters that `is` holds for, `from` included.
pub(crate) fn run(rest: &str, from: usize, is: impl Fn(char) -> bool) -> usize {
    rest[from..].find(|c: char| !is(c)).map_or(rest.len(), |end| from + end)
}

/// A comment to the end of the line, which is not part of it.
pub(crate) fn line(rest: &str, ends: &[char]) -> usize {
    rest.find(ends).unwrap_or(rest.len())
}

/// A comment between `/*` and `*/`; where comments nest, every `/*` inside wants an end of its own.
pub(crate) fn comment(rest: &str, nests: bool) -> Next {
    let (mut depth, mut at) = (1, 2);
    while let Some(found) = rest[at..].find(['*', '/']) {
        at += found;
        if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Ok((Kind::Blank, at));
            }
        } else if nests && rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
    Err(OPEN_COMMENT)
}

/// The length of a text that begins with `quote` and ends with it; a doubled one stays inside.
pub(crate) fn quoted(rest: &str, quote: char, backslash: bool) -> Result<usize, &'static str> {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && backslash {
            characters.next();
        } else if c == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => drop(characters.next()),
                _ => return Ok(at + c.len_utf8()),
            }
        }
    }
    Err(OPEN_QUOTE)
}

/// `$tag$ … $tag$`, where `rest` begins so and the tag ends again.
pub(crate) fn dollar_quoted(rest: &str, tag: impl Fn(char) -> bool) -> Dollar {
    let end = run(rest, 1, tag);
    if !rest[end..].starts_with('$') {
        return Dollar::None;
    }
    let tag = &rest[..=end];
    match rest[tag.len()..].find(tag) {
        Some(found) => Dollar::Text(tag.len() + found + tag.len()),
        None => Dollar::Open,
    }
}

/// What a dollar sign begins.
pub(crate) enum Dollar {
    /// A text of so many bytes.
    Text(usize),
    /// A text that does not end.
    Open,
    /// None.
    None,
}

/// A number: digits with a point and an exponent, or `0x` and `0b` with theirs. Letters behind it are another token, as
/// some engines read `1INTO`.
pub(crate) fn number(rest: &str) -> usize {
    let digits = |from: usize| run(rest, from, |c| c.is_ascii_digit());
    let radix = |prefixes: [&str; 2], is: fn(char) -> bool| {
        let prefixed = prefixes.iter().any(|prefix| rest.starts_with(prefix));
        (prefixed && rest[2..].starts_with(is)).then(|| run(rest, 2, is))
    };
    if let Some(end) = radix(["0x", "0X"], |c| c.is_ascii_hexdigit()).or(radix(["0b", "0B"], |c| "01".contains(c))) {
        return end;
    }
    let mut end = digits(0);
    if rest[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let signed = end + 1 + usize::from(rest[end + 1..].starts_with(['+', '-']));
        if rest[signed..].starts_with(|c: char| c.is_ascii_digit()) {
            end = digits(signed);
        }
    }
    end
}

/// One character of punctuation.
pub(crate) fn mark(first: char) -> (Kind, usize) {
    (Kind::Mark, first.len_utf8())
}

/// The first character, where `rest` has one.
pub(crate) fn first(rest: &str) -> char {
    rest.chars().next().unwrap_or_default()
}
