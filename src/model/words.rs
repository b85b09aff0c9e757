//! Numbers of things, in words.

/// `1,204`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Returns how many things there are, of a noun that takes an `s`: `0 rows`, `1 row`, `2 rows`.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), agree(count, "", "s"))
}

/// Returns `one` of a single thing, else `many`: `is` or `are`.
pub fn agree<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Returns `36 %`; a share that is not all and not nothing never reads as if it were.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if (99.0..100.0).contains(&p) => format!("{:.1} %", p.min(99.9)),
        p if p > 0.0 && p < 0.1 => "less than 0.1 %".to_owned(),
        p if p < 1.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!([0, 1, 2, 1_000_001].map(|n| plural(n, "row")), ["0 rows", "1 row", "2 rows", "1,000,001 rows"]);
        assert_eq!([0, 1, 2].map(|n| agree(n, "is", "are")), ["are", "is", "are"]);
    }
}
