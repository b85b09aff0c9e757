//! Numbers and times as they are written into SQLite's tables and looked for there.

use bigdecimal::BigDecimal;

use super::super::changes::scientific;
use super::super::literal;
use crate::frame::{Value, time, wide};

/// Digits before or behind the point up to which SQLite multiplies by powers of ten that are nearly exact.
const SAFE_ZEROS: i32 = 20;
/// The largest power of two that is one step of a product: an integer of 53 bits is a REAL.
const STEP: u32 = 52;

/// The literal of a number that is not just an integer of 64 bits; absent of what is none, or has the literal of a param.
pub(super) fn number(value: &Value) -> Option<String> {
    match value {
        Value::Float(number) => Some(real(*number)),
        // An integer beside it is one, and beyond 53 bits another number than the REAL with a point would be.
        Value::Decimal { .. } | Value::Wide(_) => match wide::places(value)? {
            (_, 0) => Some(match whole(value) {
                Some(number) => literal::integer(number.into()),
                None => real(nearest(value)?),
            }),
            _ => nearest(value).map(real),
        },
        _ => None,
    }
}

/// The integer of 64 bits that a number is.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Integer(number) => *number,
        Value::Decimal { .. } | Value::Wide(_) => match wide::narrowed(&exact(value)?) {
            Value::Integer(number) => number,
            _ => return None,
        },
        _ => return None,
    };
    i64::try_from(number).ok()
}

/// The REAL that is nearest to a number.
pub(super) fn nearest(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => exact(other)?.to_plain_string().parse().ok(),
    }
}

/// The number that an integer or a decimal is.
pub(super) fn exact(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Integer(number) => Some((*number).into()),
        Value::Unsigned(number) => Some((*number).into()),
        Value::Decimal { unscaled, scale } => Some(BigDecimal::new((*unscaled).into(), i64::from(*scale))),
        Value::Wide(number) => Some(number.clone()),
        _ => None,
    }
}

/// A REAL by its shortest digits; where SQLite may take these for its neighbour's, as a product of an integer and powers of two,
/// which is exact.
fn real(value: f64) -> String {
    match value {
        f64::INFINITY => return "9e999".to_owned(),
        f64::NEG_INFINITY => return "(-9e999)".to_owned(),
        _ => {}
    }
    let digits = format!("{value:e}");
    let zeros = digits.split_once('e').and_then(|(_, zeros)| zeros.parse::<i32>().ok());
    if zeros.is_some_and(|zeros| zeros.abs() <= SAFE_ZEROS) && is_clear(value, &digits) {
        return scientific(value);
    }
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 52 & 0x7FF).unwrap_or_default();
    let fraction = bits & ((1 << 52) - 1);
    let (odd, power) = if exponent == 0 { (fraction, -1_074) } else { (fraction | 1 << 52, exponent - 1_075) };
    let zeros = odd.trailing_zeros();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let mut text = format!("({sign}{}.0", odd >> zeros);
    let power = power + i32::try_from(zeros).unwrap_or_default();
    let mut left = power.unsigned_abs();
    while left > 0 {
        let step = left.min(STEP);
        text += &format!(" {} {}.0", if power < 0 { '/' } else { '*' }, 1_u64 << step);
        left -= step;
    }
    text + ")"
}

/// Whether digits are nearer to a REAL than to the middle between it and its neighbour: there SQLite may round twice, to the
/// 64 bits that it computes with and to 53.
fn is_clear(value: f64, digits: &str) -> bool {
    let (Ok(exact), Ok(digits)) = (BigDecimal::try_from(value), digits.parse::<BigDecimal>()) else { return false };
    let apart = |other: f64| BigDecimal::try_from(other).map(|other| (other - &exact).abs()).ok();
    let Some(gap) = apart(value.next_up()).min(apart(value.next_down())) else { return false };
    (digits - &exact).abs() * 20 < gap * 9
}

/// The condition that a column holds a time, in any text that is read as it; absent of a time that no calendar has.
///
/// By its day at first, which an index serves.
pub(super) fn moment(column: &str, nanos: i128) -> Option<String> {
    let moment = time::moment(nanos)?;
    let (day, second) = (moment.format("%Y-%m-%d"), moment.format("%Y-%m-%d %H:%M:%S"));
    let spaced = format!("replace({column}, 'T', ' ')");
    let fraction = format!("{:09}", nanos.rem_euclid(time::SECOND));
    let fraction = fraction.trim_end_matches('0');
    let is_that = match fraction.is_empty() {
        false => format!("rtrim({spaced}, '0') = '{second}.{fraction}'"),
        true => {
            let minute = match nanos.rem_euclid(60 * time::SECOND) {
                0 => format!(", '{}'", moment.format("%Y-%m-%d %H:%M")),
                _ => String::new(),
            };
            format!("({spaced} IN ('{second}'{minute}) OR rtrim({spaced}, '0') = '{second}.')")
        }
    };
    Some(format!("{column} >= '{day} ' AND {column} < '{day}U' AND {is_that}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(sql: &str) -> rusqlite::types::Value {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.query_row(&format!("SELECT {sql}"), [], |row| row.get(0)).unwrap()
    }

    proptest! {
        /// Catches a REAL that SQLite reads as its neighbour.
        #[test]
        fn a_real_is_read_as_itself(bits in any::<u64>(), small in -1e9_f64..1e9) {
            for number in [f64::from_bits(bits), small, small / 3e7].into_iter().filter(|number| number.is_finite()) {
                prop_assert_eq!(held(&real(number)), rusqlite::types::Value::Real(number), "{}", real(number));
            }
        }
    }

    /// Catches a decimal that is written as the REAL beside the integer that it is.
    #[test]
    fn a_whole_decimal_is_an_integer() {
        use rusqlite::types::Value as Held;
        let decimal = |unscaled, scale| number(&Value::Decimal { unscaled, scale }).unwrap();
        assert_eq!(held(&decimal(900_719_925_474_099_300, 2)), Held::Integer(9_007_199_254_740_993));
        assert_eq!(held(&decimal(i64::MIN.into(), 0)), Held::Integer(i64::MIN));
        assert_eq!(held(&decimal(-150, 2)), Held::Real(-1.5));
        assert_eq!(held(&decimal(10_i128.pow(20), 0)), Held::Real(1e20));
        assert_eq!(held(&decimal(30_000_000_000_000_004, 17)), Held::Real(0.1 + 0.2));
    }

    /// Catches a text that is read as a time and not found by it, and one that is found and is another.
    #[test]
    fn a_time_is_found_in_each_of_its_texts() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (v TIMESTAMP)").unwrap();
        let mut written = Vec::new();
        for day in ["2020-01-01", "2020-10-10", "2019-12-31"] {
            for clock in ["00:00", "00:00:00", "10:10", "10:10:00", "10:10:10", "23:59:59", "00:00:01", "20:20:20"] {
                for fraction in
                    ["", ".0", ".000000000", ".5", ".50", ".500000000000", ".05", ".000000001", ".123456789"]
                {
                    for between in [" ", "T"] {
                        written.push(format!("{day}{between}{clock}{fraction}"));
                    }
                }
            }
        }
        let texts: Vec<(String, i128)> =
            written.into_iter().filter_map(|text| Some((text.clone(), time::wall_clock(&text)?))).collect();
        assert!(texts.len() > 300, "{}", texts.len());
        for (text, _) in &texts {
            connection.execute("INSERT INTO t VALUES (?)", [text]).unwrap();
        }
        for (text, nanos) in &texts {
            let alike = texts.iter().filter(|(_, other)| other == nanos).count();
            let sql = format!("SELECT count(*) FROM t WHERE {}", moment("v", *nanos).unwrap());
            let found: u32 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(usize::try_from(found), Ok(alike), "{text}");
        }
    }
}
