//! Where a text or a time is brought to the type of what it is compared with, and loses what that type does not hold.
//!
//! DataFusion makes a text beside a decimal a decimal of as many places, one beside a date a date without its time, and a time
//! beside a coarser one as coarse as that.

use datafusion::arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::Cast;
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator};

use super::super::alike::{alike, is_text};

const NUMBER: &str = "a text beside a decimal or a float of 32 bits is rounded to its places; write the number without quotes, or \
                      CAST(s AS DECIMAL(38, 10)) with as many places as the texts have";
const DATE: &str =
    "a text beside a date loses its time of day; write the day alone, or CAST(day AS TIMESTAMP) beside a time";
const TIME: &str = "a time with more digits than the column beside it has is cut to those; write it with as many digits as the \
                    column has";
const SUM: &str = "an interval is cut to the days of a date, or to the digits of a time; write CAST(day AS TIMESTAMP) + INTERVAL …, \
                   and no finer interval than the time is";

/// Why the answer to an expression would be wrong, if it would.
pub(super) fn why(one: &Expr, schema: &DFSchema) -> Option<&'static str> {
    if let Expr::BinaryExpr(sum) = one
        && is_cut(sum, schema)
    {
        return Some(SUM);
    }
    alike(one).iter().find_map(|together| {
        let typed: Vec<(&Expr, DataType)> =
            together.iter().map(|one| (*one, one.get_type(schema).unwrap_or(DataType::Null))).collect();
        let any = |is: fn(&DataType) -> bool| typed.iter().any(|(_, of)| is(of));
        let texts = || typed.iter().filter(|(_, of)| is_text(of)).map(|(one, _)| text(one));
        if any(is_text) && any(|of| of.is_decimal() || matches!(of, DataType::Float16 | DataType::Float32)) {
            return Some(NUMBER);
        }
        if any(|of| matches!(of, DataType::Date32 | DataType::Date64)) && texts().any(|text| !text.is_some_and(is_day))
        {
            return Some(DATE);
        }
        let coarsest = typed.iter().filter_map(|(one, of)| (moment(one).is_none()).then(|| digits(of)).flatten()).min();
        let finest = typed.iter().filter_map(|(one, _)| moment(one)).map(fraction).max();
        coarsest.zip(finest).is_some_and(|(has, needs)| needs > has).then_some(TIME)
    })
}

/// Whether a sum of a date or a time and an interval has no room for all of the interval.
fn is_cut(BinaryExpr { left, op, right }: &BinaryExpr, schema: &DFSchema) -> bool {
    if !matches!(op, Operator::Plus | Operator::Minus) {
        return false;
    }
    let of = |one: &Expr| one.get_type(schema).unwrap_or(DataType::Null);
    [(left, right), (right, left)].into_iter().any(|(time, interval)| {
        let step = match of(time) {
            DataType::Date32 | DataType::Date64 => 86_400_000_000_000,
            DataType::Timestamp(unit, _) => 10_i64.pow(9 - digits_of(unit)),
            _ => return false,
        };
        match interval.as_ref() {
            Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(held)), _) => held.nanoseconds % step != 0,
            Expr::Literal(ScalarValue::IntervalDayTime(Some(held)), _) => {
                i64::from(held.milliseconds) * 1_000_000 % step != 0
            }
            // What it comes to is not known before it runs.
            other => {
                matches!(of(time), DataType::Date32 | DataType::Date64)
                    && matches!(of(other), DataType::Interval(IntervalUnit::MonthDayNano | IntervalUnit::DayTime))
            }
        }
    })
}

/// The text of a literal.
fn text(one: &Expr) -> Option<&str> {
    match one {
        Expr::Literal(
            ScalarValue::Utf8(Some(text)) | ScalarValue::LargeUtf8(Some(text)) | ScalarValue::Utf8View(Some(text)),
            _,
        ) => Some(text),
        _ => None,
    }
}

/// The text of a literal that is read as a time, whether or not it says so.
fn moment(one: &Expr) -> Option<&str> {
    match one {
        Expr::Cast(Cast { expr, field }) if digits(field.data_type()).is_some() => text(expr),
        other => text(other),
    }
}

/// Whether a text is a day and nothing else.
fn is_day(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10
}

/// Digits after the second that are not 0 at the end.
fn fraction(text: &str) -> u32 {
    let digits = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    u32::try_from(digits.trim_end_matches('0').len()).unwrap_or(u32::MAX)
}

/// Digits after the second that a time has.
fn digits(of: &DataType) -> Option<u32> {
    match of {
        DataType::Timestamp(unit, _) | DataType::Time32(unit) | DataType::Time64(unit) => Some(digits_of(*unit)),
        _ => None,
    }
}

fn digits_of(unit: TimeUnit) -> u32 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}
