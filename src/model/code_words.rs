//! What each code of a finding says of new, as a table: with its parameter, and without where that is not to be shown.

use super::{FindingCode, agree};

/// Characters of a value that a sentence repeats.
const LONGEST: usize = 60;

/// What a code says.
struct Words {
    /// With its parameter in place of `{}`.
    with: &'static str,
    /// The parameter as it stands there.
    shown: fn(&str) -> String,
    /// Without its parameter.
    without: &'static str,
}

impl FindingCode {
    /// Whether its parameter is one value of a column, which may be empty text.
    pub fn names_a_value(self) -> bool {
        matches!(self, FindingCode::NullToValue | FindingCode::ValueToNull | FindingCode::Constant)
    }

    /// Returns what it says of new; without `parameter` where that is not to be shown.
    pub fn says(self, parameter: Option<&str>) -> String {
        let Words { with, shown, without } = words(self);
        parameter.map_or(without.to_owned(), |parameter| with.replace("{}", &shown(parameter)))
    }
}

/// Words that have no parameter.
const fn fixed(words: &'static str) -> Words {
    Words { with: words, shown: str::to_owned, without: words }
}

/// Words with a parameter as it is.
const fn plain(with: &'static str, without: &'static str) -> Words {
    Words { with, shown: str::to_owned, without }
}

/// Words with a parameter in words of its own.
const fn shown(with: &'static str, shown: fn(&str) -> String, without: &'static str) -> Words {
    Words { with, shown, without }
}

fn words(code: FindingCode) -> Words {
    use FindingCode as Code;
    match code {
        Code::NullToValue => shown("NULL became {}", value, "NULL became one value"),
        Code::ValueToNull => shown("{} became NULL", value, "one value became NULL"),
        Code::Nulled => fixed("new is NULL whatever old is"),
        Code::Constant => shown("new is {} whatever old is", value, "new is one value whatever old is"),
        Code::Clamped => plain("old is beyond {} and new is {}", "new is at the end of a range"),
        Code::Wrapped => plain("new is old wrapped at {}", "new is old wrapped at some bits"),
        Code::Zone => shown("new is {}, a whole offset of a zone", later, "new is later or earlier"),
        Code::ZoneSummer => shown("new is {}", by_date, "new is later or earlier by its date"),
        Code::Shifted => shown("new is {}", later, "new is later or earlier by one amount"),
        Code::CutTime => plain("new is old cut to the {}", "new is old cut to a unit"),
        Code::EpochUnit => plain("new is old with its time since 1970 × {}", "new is old in another unit"),
        Code::Plus => shown("new is old {}", signed, "new is old plus one amount"),
        Code::Times => shown("new is old × {}", factor, "new is old times one factor"),
        Code::Rounded => shown("new is old rounded to {}", places, "new is old rounded"),
        Code::RoundedHalfEven => shown("new is old rounded to {}, halves to even", places, "new is old rounded"),
        Code::CutDigits => shown("new is old cut to {}", places, "new is old with fewer digits"),
        Code::RoundedDown => shown("new is old rounded down to {}", places, "new is old rounded down"),
        Code::RoundedUp => shown("new is old rounded up to {}", places, "new is old rounded up"),
        Code::Float32 => fixed("new is old as a 32-bit float holds it"),
        Code::Float64 => fixed("new is old as a 64-bit float holds it"),
        Code::Trimmed => fixed("new is old without the blanks at its ends"),
        Code::Padded => fixed("new is old with blanks at its ends"),
        Code::Lower => fixed("new is old in lower case"),
        Code::Upper => fixed("new is old in upper case"),
        Code::Case => fixed("new differs from old in case only"),
        Code::UnicodeForm => plain("new is old in the Unicode form {}", "new is old in another Unicode form"),
        Code::LineEnds => plain("new is old with its line ends as {}", "new is old with other line ends"),
        Code::Misread => plain("new is old's UTF-8 read as {}", "new is old's UTF-8 read as another encoding"),
        Code::Reread => {
            plain("old is UTF-8 that was read as {}, and new is right", "old is misread UTF-8, and new is right")
        }
        Code::Replaced => {
            plain("new has {} where old is not ASCII", "new has another character where old is not ASCII")
        }
        Code::ZerosLost => fixed("new is old without its leading zeros"),
        Code::ZerosAdded => fixed("new is old with leading zeros"),
        Code::Quoted => plain("new is old in {}", "new is old in quotes"),
        Code::Unquoted => plain("new is old without its {}", "new is old without its quotes"),
        Code::Escaped => plain("new is old escaped as {}", "new is old escaped"),
        Code::Unescaped => plain("new is old with its escapes of {} resolved", "new is old unescaped"),
        Code::NumberSpelling => fixed("new is the same number, written otherwise"),
        Code::BoolSpelling => fixed("new is the same truth, written otherwise"),
        Code::TimeSpelling => fixed("new is the same time, written otherwise"),
        Code::CutCharacters => plain("new is old cut at {} characters", "new is the beginning of old"),
        Code::CutBytes => plain("new is old cut at {} bytes", "new is the beginning of old"),
        Code::PrefixAdded => shown("new is {} and then old", value, "new is old behind a prefix"),
        Code::PrefixLost => shown("new is old without {} before it", value, "new is old without a prefix"),
        Code::SuffixAdded => shown("new is old and then {}", value, "new is old before a suffix"),
        Code::SuffixLost => shown("new is old without {} behind it", value, "new is old without a suffix"),
        Code::Reordered => fixed("new has the same elements in another order"),
        Code::DuplicatesLost => fixed("new has each element of old once"),
        Code::ElementLost => shown("new is old without {}", value, "new is old without one element"),
        Code::ElementAdded => shown("new is old with {} added", value, "new is old with one element added"),
        Code::NumbersAsText => fixed("new has as text what is a number in old, or the reverse"),
        Code::OtherColumn => plain("new is what `{}` is in old", "new is what another column is in old"),
        Code::Neighbour => {
            plain("new is what the {} row, by key, has in old", "new is what the row beside it has in old")
        }
        Code::OneValue => shown("{}", became, "one value became another"),
        Code::KeyChanged => {
            plain("an extra row is the same but for its key, where {}", "an extra row is the same but for its key")
        }
        Code::Copies => shown("{}", copies, "one side has several rows for each of the other"),
        Code::MovedNotLost => {
            plain("what some groups lost others gained, {} in all", "what some groups lost others gained")
        }
        Code::Carried => plain("these carry {} % of the whole difference", "these carry nearly all of the difference"),
        Code::VersionTie => plain(
            "in {} any of several rows may be shown, and one of them is the row of the other side, so it cannot be told whether they differ",
            "any of several rows may be shown, so it cannot be told whether they differ",
        ),
        Code::Superseded => plain(
            "{} shows a version that a newer one of its table replaces",
            "one side shows a version that a newer one replaces",
        ),
        Code::Unmerged => plain(
            "{} is read unmerged and has several rows that a merge makes one",
            "one side is read unmerged and has several rows that a merge makes one",
        ),
        Code::Concentrated | Code::ColumnsTogether | Code::RowChanged => fixed(""),
    }
}

/// A value in a sentence: where it could be mistaken for the words around it, in quotes; cut where it is long.
pub(super) fn value(text: &str) -> String {
    let shown = match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    };
    let plain = !shown.is_empty() && shown.chars().all(|c| c.is_alphanumeric() || "_-+.:/@…".contains(c));
    if plain && shown != "NULL" { shown } else { format!("'{shown}'") }
}

/// `+1 h` as `1 h later`.
fn later(shift: &str) -> String {
    match (shift.strip_prefix('+'), shift.strip_prefix('-')) {
        (Some(by), _) => format!("{by} later"),
        (_, Some(by)) => format!("{by} earlier"),
        _ => shift.to_owned(),
    }
}

/// `+1 h / +2 h` as the two shifts of a zone.
fn by_date(shifts: &str) -> String {
    match shifts.split_once(" / ") {
        Some((one, other)) => {
            format!("{} or {} by its date, as a zone with summer time has it", later(one), later(other))
        }
        None => shifts.to_owned(),
    }
}

/// `-5` as `− 5`.
fn signed(amount: &str) -> String {
    match amount.strip_prefix('-') {
        Some(less) => format!("− {less}"),
        None => format!("+ {amount}"),
    }
}

/// `a → b` as `a became b`.
fn became(values: &str) -> String {
    match values.split_once(" → ") {
        Some((old, new)) => format!("{} became {}", value(old), value(new)),
        None => format!("one value became {values}"),
    }
}

/// `3` and `1/3` as which side has three rows.
fn copies(times: &str) -> String {
    match times.strip_prefix("1/") {
        Some(times) => format!("old has {times} rows for each row of new"),
        None => format!("new has {times} rows for each row of old"),
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

/// A factor with what it is known as.
fn factor(factor: &str) -> String {
    let known = match factor {
        "-1" => " (the sign is turned)",
        "60" => " (as minutes are seconds)",
        "3600" => " (as hours are seconds)",
        "86400" => " (as days are seconds)",
        "1024" => " (as KiB are bytes)",
        "1048576" => " (as MiB are bytes)",
        _ => "",
    };
    format!("{factor}{known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_the_words_around_them() {
        assert_eq!([value("JPY"), value(""), value("NULL"), value("a b")], ["JPY", "''", "'NULL'", "'a b'"]);
        assert_eq!(value(&"x".repeat(70)), format!("{}…", "x".repeat(60)));
    }

    /// Catches a parameter that is taken for the place of another, and one that stands nowhere.
    #[test]
    fn a_parameter_stands_where_it_is_meant() {
        let said = |code: FindingCode, parameter| code.says(Some(parameter));
        assert_eq!(said(FindingCode::Clamped, "{}"), "old is beyond {} and new is {}");
        assert_eq!(
            said(FindingCode::ZoneSummer, "+1 h / +2 h"),
            "new is 1 h later or 2 h later by its date, as a zone with summer time has it"
        );
        assert_eq!(said(FindingCode::ZoneSummer, "+1 h"), "new is +1 h");
        assert_eq!([said(FindingCode::Plus, "-5"), said(FindingCode::Plus, "5")], ["new is old − 5", "new is old + 5"]);
        assert_eq!(said(FindingCode::Times, "60"), "new is old × 60 (as minutes are seconds)");
        assert_eq!(said(FindingCode::OneValue, "a → "), "a became ''");
        assert_eq!(said(FindingCode::Copies, "1/3"), "old has 3 rows for each row of new");
        assert_eq!(said(FindingCode::RoundedDown, "-2"), "new is old rounded down to multiples of 100");
    }
}
