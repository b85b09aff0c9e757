//! A finding in words: what is true of the rows, with its numbers, and never why.

use std::fmt::Write as _;

use super::{Difference, Elsewhere, Finding, FindingCode, Term, agree, plural, thousands};

/// Characters of a value that a sentence repeats.
const LONGEST: usize = 60;

impl Finding {
    /// Returns all of it as one sentence without a full stop.
    pub fn text(&self) -> String {
        let mut text = match self.code {
            FindingCode::Concentrated => return self.concentrated(),
            FindingCode::ColumnsTogether => {
                let names: Vec<String> = self.columns.iter().map(|name| format!("`{name}`")).collect();
                let alone = if names.len() == 1 { " alone" } else { "" };
                format!("{} {} in {}{alone}", self.subject(), agree(self.of, "differs", "differ"), listed(&names))
            }
            code => format!("{}: {}", self.subject(), code.says(self.parameter.as_deref())),
        };
        if let (false, Some(elsewhere)) = (self.terms.is_empty(), &self.elsewhere) {
            let _ = write!(text, "; {}{}", self.shared(elsewhere), self.same_rows());
        }
        text
    }

    /// `all 1,204 missing rows`, `1,190 of 1,204 changed \`cost\` (98 %)`.
    fn subject(&self) -> String {
        let about = if self.estimated { "about " } else { "" };
        let what = match (&self.column, self.class) {
            (Some(column), Difference::Changed) if self.columns.is_empty() => format!("changed `{column}`"),
            (Some(_), Difference::Changed) => {
                format!("changed {}", listed(&self.columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>()))
            }
            (_, Difference::Duplicate) => format!("duplicate {}", agree(self.of, "key", "keys")),
            (_, class) => format!("{class} {}", agree(self.of, "row", "rows")),
        };
        if self.covers == self.of {
            return match self.of {
                1 => format!("{about}the one {what}"),
                of => format!("{about}all {} {what}", thousands(of)),
            };
        }
        let share = percent(self.covers as f64 / self.of as f64);
        format!("{about}{} of {} {what} ({share})", thousands(self.covers), thousands(self.of))
    }

    fn concentrated(&self) -> String {
        let terms = joined(&self.terms);
        let Some(elsewhere) = &self.elsewhere else { return format!("{}: {terms}", self.subject()) };
        let mut text = format!("{} {} {terms}", self.subject(), agree(self.covers, "has", "have"));
        let _ = write!(text, ", {}{}", beside(elsewhere), self.same_rows());
        text
    }

    fn same_rows(&self) -> String {
        if self.also.is_empty() { String::new() } else { format!("; nearly the same rows: {}", joined(&self.also)) }
    }

    /// Of the rows of a transformation.
    fn shared(&self, elsewhere: &Elsewhere) -> String {
        let all = elsewhere.inside == self.covers;
        let of = if all { "all of these".to_owned() } else { format!("{} of these", thousands(elsewhere.inside)) };
        format!("{of} have {}, {}", joined(&self.terms), beside(elsewhere))
    }
}

/// How the other rows stand to it.
fn beside(elsewhere: &Elsewhere) -> String {
    if elsewhere.has == 0 {
        return match elsewhere.looked {
            1 => "and the one other row has not".to_owned(),
            looked => format!("and none of {}", plural(looked, "other row")),
        };
    }
    let mut text = format!("and {} of the other rows", percent(elsewhere.share()));
    if let (Some(ratio), Some(least)) = (elsewhere.ratio, elsewhere.at_least) {
        let _ =
            write!(text, "; such a row is {} times as likely to differ (at least {})", rounded(ratio), rounded(least));
    }
    text
}

fn rounded(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { thousands(ratio.min(1e15) as u64) }
}

/// A share that is not all and not nothing never reads as if it were.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if (99.0..100.0).contains(&p) => format!("{:.1} %", p.min(99.9)),
        p if p > 0.0 && p < 0.1 => "less than 0.1 %".to_owned(),
        p if p < 1.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

fn listed(names: &[String]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn joined(terms: &[Term]) -> String {
    let one = |term: &Term| {
        let what = match &term.property {
            Some(property) => format!("{property} of `{}`", term.column),
            None => format!("`{}`", term.column),
        };
        match (&term.is, &term.from, &term.to) {
            _ if term.null => format!("{what} NULL"),
            (Some(is), _, _) => format!("{what} = {}", value(is)),
            (None, Some(from), Some(to)) => format!("{what} from {} to {}", value(from), value(to)),
            (None, Some(from), None) => format!("{what} ≥ {}", value(from)),
            (None, None, Some(to)) => format!("{what} ≤ {}", value(to)),
            (None, None, None) => format!("one value of {what}"),
        }
    };
    listed(&terms.iter().map(one).collect::<Vec<_>>())
}

/// A value in a sentence: where it could be mistaken for the words around it, in quotes; cut where it is long.
fn value(text: &str) -> String {
    let shown = match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    };
    let plain = !shown.is_empty() && shown.chars().all(|c| c.is_alphanumeric() || "_-+.:/@…".contains(c));
    if plain && shown != "NULL" { shown } else { format!("'{shown}'") }
}

impl FindingCode {
    /// Whether its parameter is one value of a column, which may be empty text.
    pub fn names_a_value(self) -> bool {
        matches!(self, FindingCode::NullToValue | FindingCode::ValueToNull | FindingCode::Constant)
    }

    /// Returns what it says of new; without `parameter` where that is not to be shown.
    pub fn says(self, parameter: Option<&str>) -> String {
        says(self, parameter)
    }
}

fn says(code: FindingCode, parameter: Option<&str>) -> String {
    use FindingCode as Code;
    let with = |some: &dyn Fn(&str) -> String, none: &str| parameter.map_or(none.to_owned(), some);
    match code {
        Code::NullToValue => with(&|p| format!("NULL became {}", value(p)), "NULL became one value"),
        Code::ValueToNull => with(&|p| format!("{} became NULL", value(p)), "one value became NULL"),
        Code::Nulled => "new is NULL whatever old is".to_owned(),
        Code::Constant => with(&|p| format!("new is {} whatever old is", value(p)), "new is one value whatever old is"),
        Code::Clamped => with(&|p| format!("old is beyond {p} and new is {p}"), "new is at the end of a range"),
        Code::Wrapped => with(&|p| format!("new is old wrapped at {p}"), "new is old wrapped at some bits"),
        Code::Zone => with(&|p| format!("new is {}, a whole offset of a zone", later(p)), "new is later or earlier"),
        Code::ZoneSummer => with(
            &|p| match p.split_once(" / ") {
                Some((one, other)) => {
                    format!("new is {} or {} by its date, as a zone with summer time has it", later(one), later(other))
                }
                None => format!("new is {p}"),
            },
            "new is later or earlier by its date",
        ),
        Code::Shifted => with(&|p| format!("new is {}", later(p)), "new is later or earlier by one amount"),
        Code::CutTime => with(&|p| format!("new is old cut to the {p}"), "new is old cut to a unit"),
        Code::EpochUnit => {
            with(&|p| format!("new is old with its time since 1970 × {p}"), "new is old in another unit")
        }
        Code::Plus => with(
            &|p| match p.strip_prefix('-') {
                Some(less) => format!("new is old − {less}"),
                None => format!("new is old + {p}"),
            },
            "new is old plus one amount",
        ),
        Code::Times => with(&|p| format!("new is old × {p}{}", named(p)), "new is old times one factor"),
        Code::Rounded => with(&|p| format!("new is old rounded to {}", places(p)), "new is old rounded"),
        Code::RoundedHalfEven => {
            with(&|p| format!("new is old rounded to {}, halves to even", places(p)), "new is old rounded")
        }
        Code::CutDigits => with(&|p| format!("new is old cut to {}", places(p)), "new is old with fewer digits"),
        Code::RoundedDown => with(&|p| format!("new is old rounded down to {}", places(p)), "new is old rounded down"),
        Code::RoundedUp => with(&|p| format!("new is old rounded up to {}", places(p)), "new is old rounded up"),
        Code::Float32 => "new is old as a 32-bit float holds it".to_owned(),
        Code::Float64 => "new is old as a 64-bit float holds it".to_owned(),
        Code::Trimmed => "new is old without the blanks at its ends".to_owned(),
        Code::Padded => "new is old with blanks at its ends".to_owned(),
        Code::Lower => "new is old in lower case".to_owned(),
        Code::Upper => "new is old in upper case".to_owned(),
        Code::Case => "new differs from old in case only".to_owned(),
        Code::UnicodeForm => {
            with(&|p| format!("new is old in the Unicode form {p}"), "new is old in another Unicode form")
        }
        Code::LineEnds => with(&|p| format!("new is old with its line ends as {p}"), "new is old with other line ends"),
        Code::Misread => {
            with(&|p| format!("new is old's UTF-8 read as {p}"), "new is old's UTF-8 read as another encoding")
        }
        Code::Reread => with(
            &|p| format!("old is UTF-8 that was read as {p}, and new is right"),
            "old is misread UTF-8, and new is right",
        ),
        Code::Replaced => {
            with(&|p| format!("new has {p} where old is not ASCII"), "new has another character where old is not ASCII")
        }
        Code::ZerosLost => "new is old without its leading zeros".to_owned(),
        Code::ZerosAdded => "new is old with leading zeros".to_owned(),
        Code::Quoted => with(&|p| format!("new is old in {p}"), "new is old in quotes"),
        Code::Unquoted => with(&|p| format!("new is old without its {p}"), "new is old without its quotes"),
        Code::Escaped => with(&|p| format!("new is old escaped as {p}"), "new is old escaped"),
        Code::Unescaped => with(&|p| format!("new is old with its escapes of {p} resolved"), "new is old unescaped"),
        Code::NumberSpelling => "new is the same number, written otherwise".to_owned(),
        Code::BoolSpelling => "new is the same truth, written otherwise".to_owned(),
        Code::TimeSpelling => "new is the same time, written otherwise".to_owned(),
        Code::CutCharacters => with(&|p| format!("new is old cut at {p} characters"), "new is the beginning of old"),
        Code::CutBytes => with(&|p| format!("new is old cut at {p} bytes"), "new is the beginning of old"),
        Code::PrefixAdded => with(&|p| format!("new is {} and then old", value(p)), "new is old behind a prefix"),
        Code::PrefixLost => {
            with(&|p| format!("new is old without {} before it", value(p)), "new is old without a prefix")
        }
        Code::SuffixAdded => with(&|p| format!("new is old and then {}", value(p)), "new is old before a suffix"),
        Code::SuffixLost => {
            with(&|p| format!("new is old without {} behind it", value(p)), "new is old without a suffix")
        }
        Code::Reordered => "new has the same elements in another order".to_owned(),
        Code::DuplicatesLost => "new has each element of old once".to_owned(),
        Code::ElementLost => with(&|p| format!("new is old without {}", value(p)), "new is old without one element"),
        Code::ElementAdded => {
            with(&|p| format!("new is old with {} added", value(p)), "new is old with one element added")
        }
        Code::NumbersAsText => "new has as text what is a number in old, or the reverse".to_owned(),
        Code::OtherColumn => with(&|p| format!("new is what `{p}` is in old"), "new is what another column is in old"),
        Code::Neighbour => with(
            &|p| format!("new is what the {p} row, by key, has in old"),
            "new is what the row beside it has in old",
        ),
        Code::OneValue => with(
            &|p| match p.split_once(" → ") {
                Some((old, new)) => format!("{} became {}", value(old), value(new)),
                None => format!("one value became {p}"),
            },
            "one value became another",
        ),
        Code::KeyChanged => with(
            &|p| format!("an extra row is the same but for its key, where {p}"),
            "an extra row is the same but for its key",
        ),
        Code::Copies => with(
            &|p| match p.strip_prefix("1/") {
                Some(times) => format!("old has {times} rows for each row of new"),
                None => format!("new has {p} rows for each row of old"),
            },
            "one side has several rows for each of the other",
        ),
        Code::MovedNotLost => {
            with(&|p| format!("what some groups lost others gained, {p} in all"), "what some groups lost others gained")
        }
        Code::VersionTie => with(
            &|p| {
                format!(
                    "in {p} several rows share the newest version and one of them is the row of the other side, so it cannot be told whether they differ"
                )
            },
            "several rows share the newest version, so it cannot be told whether they differ",
        ),
        Code::Superseded => with(
            &|p| format!("{p} shows a version that a newer one of its table replaces"),
            "one side shows a version that a newer one replaces",
        ),
        Code::Unmerged => with(
            &|p| format!("{p} is read unmerged and has several rows that a merge makes one"),
            "one side is read unmerged and has several rows that a merge makes one",
        ),
        Code::Concentrated | Code::ColumnsTogether => String::new(),
    }
}

/// `+1 h` as `1 h later`.
fn later(shift: &str) -> String {
    match (shift.strip_prefix('+'), shift.strip_prefix('-')) {
        (Some(by), _) => format!("{by} later"),
        (_, Some(by)) => format!("{by} earlier"),
        _ => shift.to_owned(),
    }
}

fn places(digits: &str) -> String {
    match digits.parse::<i32>() {
        Ok(0) => "whole numbers".to_owned(),
        Ok(places) if places > 0 => format!("{places} {} after the point", agree(places as u64, "digit", "digits")),
        Ok(tens) => format!("multiples of 1{}", "0".repeat(tens.unsigned_abs() as usize)),
        Err(_) => digits.to_owned(),
    }
}

/// What a factor is known as.
fn named(factor: &str) -> &'static str {
    match factor {
        "-1" => " (the sign is turned)",
        "60" => " (as minutes are seconds)",
        "3600" => " (as hours are seconds)",
        "86400" => " (as days are seconds)",
        "1024" => " (as KiB are bytes)",
        "1048576" => " (as MiB are bytes)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(finding: &Finding) -> String {
        finding.text()
    }

    /// Catches a sentence whose numbers do not add up to what it says, or that says all where one is left.
    #[test]
    fn all_is_said_of_all_only() {
        let mut finding = Finding::new(FindingCode::Times, Difference::Changed, 1_204, 1_204);
        finding.column = Some("cost".to_owned());
        finding.parameter = Some("1000".to_owned());
        assert_eq!(told(&finding), "all 1,204 changed `cost`: new is old × 1000");
        finding.covers = 1_203;
        assert_eq!(told(&finding), "1,203 of 1,204 changed `cost` (99.9 %): new is old × 1000");
        finding.terms = vec![Term { column: "currency".to_owned(), is: Some("JPY".to_owned()), ..Term::default() }];
        finding.elsewhere = Some(Elsewhere { inside: 1_203, looked: 20_000, has: 0, ratio: None, at_least: None });
        assert_eq!(
            told(&finding),
            "1,203 of 1,204 changed `cost` (99.9 %): new is old × 1000; all of these have `currency` = JPY, and none of 20,000 \
             other rows"
        );
    }

    /// Catches a code that has no words, with its parameter or without.
    #[test]
    fn every_code_says_something() {
        for code in FindingCode::ALL {
            for parameter in [None, Some("+1 h / +2 h".to_owned()), Some("2".to_owned())] {
                let mut finding = Finding::new(*code, Difference::Changed, 5, 5);
                finding.columns = vec!["a".to_owned()];
                finding.terms = vec![Term { column: "a".to_owned(), null: true, ..Term::default() }];
                finding.parameter = parameter;
                let text = told(&finding);
                assert!(text.len() > 20 && !text.ends_with(": "), "{code}: {text}");
            }
        }
        assert_eq!(
            FindingCode::ALL.len(),
            FindingCode::ALL.iter().map(|code| code.as_str()).collect::<std::collections::BTreeSet<_>>().len()
        );
    }

    #[test]
    fn values_are_told_from_the_words_around_them() {
        assert_eq!([value("JPY"), value(""), value("NULL"), value("a b")], ["JPY", "''", "'NULL'", "'a b'"]);
        assert_eq!(value(&"x".repeat(70)), format!("{}…", "x".repeat(60)));
    }
}
