//! What has to be asked of a column beside what its type says: by what its engine puts into it all the same. Pure.

use super::capacity::{Family, family, label, length, nothing, number, of_types, time};
use super::{ColumnType, Measure, Oddity, Question};

/// What columns of an engine hold beyond what their types say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holding {
    /// Values that no type tells of.
    pub odd: &'static [Oddity],
    /// Whether a declared type holds nothing back, and neither does a key hold NULL back.
    pub is_loose: bool,
    /// Whether a decimal holds as many digits as fit into its bytes, and not only those of its precision.
    pub has_wide_decimals: bool,
}

/// The digits that fit into the bytes of a decimal of so many, by the storage of
/// [ClickHouse](https://clickhouse.com/docs/sql-reference/data-types/decimal#internal-representation), rounded up.
fn stored_digits(precision: u32) -> u32 {
    [10, 19, 39, 77].into_iter().find(|digits| precision < *digits).unwrap_or(precision)
}

/// Returns the questions to a column of `old` whose answers tell whether one of `new` takes its values, and what no answer
/// tells, in words. Where new takes all that old's type and engine hold there are none.
pub(crate) fn questions(
    (old, of_old): (&ColumnType, Holding),
    (new, of_new): (&ColumnType, Holding),
) -> (Vec<Question>, Option<String>) {
    let stored = match old {
        ColumnType::Decimal { precision: Some(precision), scale }
            if of_old.has_wide_decimals && !of_new.has_wide_decimals =>
        {
            &ColumnType::Decimal { precision: Some(stored_digits(*precision)), scale: *scale }
        }
        old => old,
    };
    let (mut asked, untold) = of_types(stored, new);
    if of_old.is_loose && !of_new.is_loose && untold.is_none() {
        asked = of_anything(old, new);
    }
    let has = |asked: &[Question], measure: &Measure| asked.iter().any(|question| question.measure == *measure);
    for odd in of_old.odd.iter().copied().filter(|odd| odd.is_of(old)) {
        let has_place = match odd {
            // What is written by the rules of SQL is refused there, too.
            Oddity::EmptyLabel => false,
            Oddity::NullElement => odd.is_of(new),
            odd => of_new.odd.contains(&odd) && odd.is_of(new),
        };
        if has_place || *new == ColumnType::Any {
            continue;
        }
        let is_wanted = match odd {
            // A limit tells of it, too.
            Oddity::InfiniteTime => family(new) == Family::Time && !has(&asked, &Measure::Latest),
            Oddity::FloatNotFinite => family(new) == Family::Number && !has(&asked, &Measure::Largest),
            Oddity::DecimalNotFinite => family(new) == Family::Number,
            Oddity::NoNumber => family(new) == Family::Number && !of_new.is_loose,
            Oddity::NoDay => family(new) == Family::Time,
            Oddity::NoTime => family(new) == Family::Time && !of_new.is_loose,
            Oddity::NulCharacter | Oddity::NotUtf8 => family(new) == Family::Text,
            Oddity::NullElement | Oddity::DeepArray => matches!(new, ColumnType::Array(_)) && untold.is_none(),
            Oddity::EmptyLabel => false,
        };
        if is_wanted {
            asked.push(nothing(Measure::Odd(odd), "none"));
        }
        if let (Oddity::EmptyLabel, Family::Label, ColumnType::Enum(_), true) =
            (odd, family(new), old, asked.is_empty())
        {
            label(old, &mut asked);
        }
    }
    (asked, untold)
}

/// The questions to a column that may hold anything, whatever it is declared to hold; what is no number and no time is asked
/// for by itself.
fn of_anything(old: &ColumnType, new: &ColumnType) -> Vec<Question> {
    let mut asked = Vec::new();
    match (family(old), family(new)) {
        (_, Family::Label) => label(new, &mut asked),
        (_, Family::Text | Family::Bytes) => length(new, &mut asked),
        (_, Family::Number) if !matches!(new, ColumnType::Float(_)) => {
            number(&ColumnType::Any, new, &mut asked);
        }
        (Family::Time, Family::Time) => {
            let finest = match old {
                ColumnType::Timestamp { is_zoned, .. } => ColumnType::Timestamp { is_zoned: *is_zoned, digits: 9 },
                ColumnType::Time { .. } => ColumnType::Time { digits: 9 },
                old => old.clone(),
            };
            time(&finest, new, &mut asked);
        }
        _ => {}
    }
    asked
}
