use super::*;

fn asked(old: &ColumnType, new: &ColumnType) -> Vec<Question> {
    of_types(old, new).0
}

fn decimal(precision: u32, scale: i32) -> ColumnType {
    ColumnType::Decimal { precision: Some(precision), scale: Some(scale) }
}

/// Catches a limit that is one off in either direction, of every type that has one: the last value that fits and the first that
/// does not.
#[test]
fn limits_are_those_of_the_types() {
    use ColumnType as Of;
    let integer = |bits, is_signed| Of::Integer { bits, is_signed };
    let moment = |digits| Of::Timestamp { is_zoned: true, digits };
    let any = || Of::Decimal { precision: None, scale: None };
    let text = Of::Text { limit: None };
    let duration = Of::Duration { digits: 0 };
    let cases = [
        (any(), integer(16, true), Measure::Largest, "32767", "32767.5"),
        (any(), integer(16, true), Measure::Smallest, "-32768", "-32769"),
        (any(), integer(64, false), Measure::Largest, "18446744073709551615", "18446744073709551616"),
        (any(), integer(8, false), Measure::Smallest, "0", "-1"),
        (any(), decimal(5, 2), Measure::Largest, "999.99", "999.991"),
        (any(), decimal(5, 2), Measure::Smallest, "-999.99", "-1e3"),
        (any(), decimal(3, 3), Measure::Largest, "0.999", "1"),
        (any(), decimal(5, 2), Measure::Largest, "0", "NaN"),
        (any(), decimal(5, 2), Measure::Smallest, "0", "-Infinity"),
        (integer(64, true), Of::Float(64), Measure::Largest, "9007199254740992", "9007199254740993"),
        (integer(32, true), Of::Float(32), Measure::Largest, "16777216", "16777217"),
        (integer(64, true), Of::Bool, Measure::Largest, "1", "2"),
        (integer(64, true), Of::Year, Measure::Largest, "2155", "2156"),
        (any(), Of::Unsigned(Box::new(decimal(4, 1))), Measure::Smallest, "0", "-0.1"),
        (text.clone(), Of::Text { limit: Some(3) }, Measure::Longest(Unit::Characters), "3", "4"),
        (text.clone(), Of::TextOfBytes { limit: 255 }, Measure::Longest(Unit::TextBytes), "255", "256"),
        (text.clone(), Of::PaddedText { length: 3 }, Measure::Shortest(Unit::Characters), "3", "2"),
        (text.clone(), Of::TrimmedText { limit: 3 }, Measure::TrailingBlanks, "0", "1"),
        (Of::Bytes { limit: None }, Of::FixedBytes { length: 4 }, Measure::Shortest(Unit::Bytes), "4", "3"),
        (Of::Bytes { limit: None }, Of::Bytes { limit: Some(4) }, Measure::Longest(Unit::Bytes), "4", "5"),
        (Of::Date, Of::Date.in_years(1970, 2149), Measure::Latest, "2149-06-06", "2149-06-07"),
        (Of::Date, Of::Date.in_years(1970, 2149), Measure::Earliest, "1970-01-01", "1969-12-31"),
        (Of::Date, Of::Date.in_years(1900, 2299), Measure::Latest, "2299-12-31", "10000-01-01"),
        (Of::Date, Of::Date.in_years(1900, 2299), Measure::Earliest, "1900-01-01", "0044-03-15 BC"),
        (Of::Date, Of::Date.in_years(1900, 2299), Measure::Latest, "2299-12-31", "infinity"),
        (moment(0), moment(0).in_years(1970, 2038), Measure::Earliest, "1970-01-01 00:00:01", "1970-01-01 00:00:00"),
        (moment(0), moment(0).in_years(1970, 2038), Measure::Latest, "2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z"),
        (moment(0), moment(0).in_years(1970, 2106), Measure::Latest, "2106-02-07 06:28:15", "2106-02-07 06:28:16"),
        (
            moment(0),
            moment(0).in_years(1970, 2106),
            Measure::Latest,
            "2106-02-07 08:28:15+02",
            "2106-02-07 06:28:15-01:00",
        ),
        (
            moment(9),
            moment(9).in_years(1677, 2262),
            Measure::Latest,
            "2262-04-11 23:47:16.854775807",
            "2262-04-11 23:47:16.854775808",
        ),
        (
            moment(9),
            moment(9).in_years(1677, 2262),
            Measure::Earliest,
            "1677-09-21 00:12:43.145224192",
            "1677-09-21 00:12:43",
        ),
        (duration.clone(), Of::Time { digits: 0 }, Measure::Latest, "23:59:59", "24:00:00"),
        (duration, Of::Time { digits: 0 }, Measure::Earliest, "00:00:00", "-00:00:01"),
    ];
    for (old, new, measure, fits, exceeds) in cases {
        let asked = asked(&old, &new);
        let question = asked.iter().find(|question| question.measure == measure);
        let question = question.unwrap_or_else(|| panic!("{old} → {new} does not ask {measure:?}: {asked:?}"));
        assert!(question.fits(Some(fits)) && question.fits(None), "{old} → {new}: {fits}");
        assert!(!question.fits(Some(exceeds)), "{old} → {new}: {exceeds}");
    }
}

/// Catches values with a fraction, of a second too, and labels, for which nobody asks, and an answer that is taken for none.
#[test]
fn what_is_finer_or_not_listed_is_asked_for() {
    use ColumnType as Of;
    let moment = |digits| Of::Timestamp { is_zoned: false, digits };
    let labels = vec!["a".to_owned()];
    let cases = [
        (decimal(10, 4), decimal(10, 2), Measure::FinerNumber(2), "2 digits"),
        (Of::Float(64), Of::Integer { bits: 64, is_signed: true }, Measure::FinerNumber(0), "0 digits"),
        (moment(6), moment(3), Measure::FinerSecond(3), "3 digits"),
        (moment(6), moment(0).in_years(1900, 2299), Measure::FinerSecond(0), "0 digits"),
        (Of::Time { digits: 6 }, Of::Time { digits: 1 }, Measure::FinerSecond(1), "1 digit"),
        (Of::Text { limit: None }, Of::Enum(labels.clone()), Measure::Unlisted(labels.clone()), "one of a"),
        (Of::Enum(vec!["b".to_owned()]), Of::Enum(labels.clone()), Measure::Unlisted(labels), "one of a"),
    ];
    for (old, new, measure, limit) in cases {
        let asked = asked(&old, &new);
        let question = asked.iter().find(|question| question.measure == measure);
        let question = question.unwrap_or_else(|| panic!("{old} → {new} does not ask {measure:?}: {asked:?}"));
        assert!(question.fits(None) && !question.fits(Some("")), "{old} → {new}");
        assert_eq!(question.limit(), limit);
    }
}

/// Catches a change of type that is neither asked for nor said not to be, and a question where the type tells.
#[test]
fn what_is_not_asked_is_said() {
    use ColumnType as Of;
    let integer = Of::Integer { bits: 32, is_signed: true };
    let text = || Of::Text { limit: None };
    let untold = [
        (text(), integer.clone()),
        (text(), Of::Json),
        (integer.clone(), text()),
        (Of::Bool, integer.clone()),
        (decimal(10, 2), Of::Float(64)),
        (Of::Float(64), Of::Float(32)),
        (Of::Float(64), decimal(10, 2)),
        (Of::Timestamp { is_zoned: false, digits: 6 }, Of::Timestamp { is_zoned: true, digits: 6 }),
        (Of::Timestamp { is_zoned: false, digits: 6 }, Of::Date),
        (text(), text().in_charset(super::super::Charset::Ascii)),
        (Of::Array(Box::new(text())), Of::Array(Box::new(integer.clone()))),
    ];
    for (old, new) in untold {
        let (_, why) = of_types(&old, &new);
        assert!(why.is_some_and(|why| why.ends_with("is not asked")), "{old} → {new}");
    }
    let told =
        [(integer.clone(), integer), (text(), text()), (Of::Date.in_years(1970, 2149), Of::Date.in_years(1900, 2299))];
    for (old, new) in told {
        assert_eq!(of_types(&old, &new), (Vec::new(), None), "{old} → {new}");
    }
}
