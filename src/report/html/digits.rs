//! Numbers as people read them: digits in groups of three, and parts of a whole.

use crate::model::percent;

/// A decimal number with its whole digits in groups of three; any other text as it is.
pub(super) fn grouped(text: &str) -> String {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = unsigned.split_at(unsigned.find('.').unwrap_or(unsigned.len()));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = rest.strip_prefix('.');
    if !is_number(whole) || fraction.is_some_and(|digits| !is_number(digits)) || whole.starts_with("00") {
        return text.to_owned();
    }
    let mut shown = text[..text.len() - unsigned.len()].to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + rest
}

/// `36 %` of `whole`; nothing of nothing, and of what has no part in it.
pub(super) fn share(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 { String::new() } else { percent(part as f64 / whole as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches text that only looks like a number and is changed, and digits that are lost.
    #[test]
    fn only_numbers_are_grouped() {
        let shown = [
            "1204000",
            "-1204000.12345",
            "999",
            "-1",
            "0.0004",
            "'12345'",
            "12345 ms",
            "1e12345",
            "2026-01-08",
            "007000",
            "NULL",
            "",
        ]
        .map(grouped);
        let expected = [
            "1,204,000",
            "-1,204,000.12345",
            "999",
            "-1",
            "0.0004",
            "'12345'",
            "12345 ms",
            "1e12345",
            "2026-01-08",
            "007000",
            "NULL",
            "",
        ];
        assert_eq!(shown, expected);
    }

    /// Catches almost all that reads as all, and almost nothing that reads as nothing.
    #[test]
    fn a_share_is_rounded_towards_the_middle() {
        let shown =
            [(1, 100_000), (99_999, 100_000), (1, 3), (5, 5), (0, 5), (5, 0)].map(|(part, whole)| share(part, whole));
        assert_eq!(shown, ["less than 0.1 %", "99.9 %", "33 %", "100 %", "", ""]);
    }
}
