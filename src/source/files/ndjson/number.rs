//! Numbers of JSON: their digits, and what a column of them needs.

use super::place::Place;

/// A number of digits, which a line bounds.
fn digits_of(digits: usize) -> i64 {
    i64::try_from(digits).unwrap_or(i64::MAX)
}

/// Digits of a decimal.
const MOST: i64 = 38;

/// A number as it is written: `significant × 10^power`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// The digits from the first to the last that is not 0; absent where there are more than 38.
    significant: Option<u128>,
    length: i64,
    power: i64,
    /// Digits after the point, had it been written without an exponent.
    shown: i64,
    /// Neither a point nor an exponent is written.
    is_integer: bool,
}

impl Number {
    /// Reads a number of JSON; an exponent beyond 18 digits is one of 18 nines, which nothing holds either.
    pub(super) fn parse(text: &str) -> Number {
        let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let unsigned_exponent = exponent.trim_start_matches(['+', '-']).trim_start_matches('0');
        let size = match unsigned_exponent {
            "" => 0,
            digits if digits.len() > 18 => 999_999_999_999_999_999,
            digits => digits.parse().unwrap_or(0),
        };
        let exponent: i64 = if exponent.starts_with('-') { -size } else { size };
        let all = || whole.bytes().chain(fraction.bytes());
        let leading = all().take_while(|digit| *digit == b'0').count();
        let count = whole.len() + fraction.len();
        let trailing = if leading == count { 0 } else { all().rev().take_while(|digit| *digit == b'0').count() };
        let length = count - leading - trailing;
        let significant = (length <= 38).then(|| {
            let digits = all().skip(leading).take(length);
            digits.fold(0u128, |number, digit| number * 10 + u128::from(digit - b'0'))
        });
        let places = digits_of(fraction.len());
        Number {
            negative,
            significant,
            length: digits_of(length),
            power: if length == 0 { 0 } else { digits_of(trailing) - places + exponent },
            shown: if length == 0 { places } else { (places - exponent).max(0) },
            is_integer: unsigned.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }

    /// Tells whether it is written without a point and an exponent.
    pub(super) fn is_integer(self) -> bool {
        self.is_integer
    }

    /// Returns it as digits with `scale` of them after the point; absent where 38 do not hold it exactly.
    pub(super) fn unscaled(self, scale: u8) -> Option<i128> {
        let significant = self.significant?;
        if significant == 0 {
            return Some(0);
        }
        let more = u32::try_from(self.power + i64::from(scale)).ok()?;
        let unscaled = significant.checked_mul(10u128.checked_pow(more)?)?;
        let unscaled = i128::try_from(unscaled).ok().filter(|unscaled| *unscaled < 10i128.pow(38))?;
        Some(if self.negative { -unscaled } else { unscaled })
    }

    /// Digits before the point.
    fn whole(self) -> i64 {
        (self.length + self.power).max(0)
    }

    /// Digits after the point that are not zeros at its end.
    fn needed(self) -> i64 {
        (-self.power).max(0)
    }

    /// Tells whether `text`, which it was read from, is what the nearest double is written as: then no other such text
    /// has the same double.
    fn is_double(self, text: &str) -> bool {
        // Up to 15 digits every double tells apart.
        if self.length <= 15 && (-290..290).contains(&self.power) {
            return true;
        }
        let double = text.parse::<f64>().ok().filter(|double| double.is_finite());
        double.is_some_and(|double| {
            let shortest = Number::parse(&format!("{double:e}"));
            let of = |number: Number| (number.negative, number.significant, number.power);
            self.length <= 17 && of(shortest) == of(self)
        })
    }
}

/// What the numbers of a column have in common.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    whole: i64,
    shown: i64,
    needed: i64,
    /// None has a point or an exponent.
    integers: bool,
    /// Each fits 64 bits.
    small: bool,
    /// Each is what a double is written as.
    doubles: bool,
    /// The first place with a number for which 38 digits did not suffice any longer.
    beyond: Option<(Place, String)>,
}

/// The one form that holds all numbers of a column exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// 64 bits.
    Integer,
    /// 38 digits, so many of them after the point.
    Decimal(u8),
    /// Doubles, whose texts these are.
    Float,
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers { whole: 0, shown: 0, needed: 0, integers: true, small: true, doubles: true, beyond: None }
    }
}

impl Numbers {
    /// Adds the number that `text` writes.
    pub(super) fn add(&mut self, text: &str, place: Place) -> Number {
        let number = Number::parse(text);
        self.whole = self.whole.max(number.whole());
        self.shown = self.shown.max(number.shown);
        self.needed = self.needed.max(number.needed());
        self.integers &= number.is_integer;
        self.small &= number.is_integer && text.parse::<i64>().is_ok();
        self.doubles &= number.is_double(text);
        if self.beyond.is_none() && self.whole + self.needed > MOST {
            self.beyond = Some((place, text.chars().take(60).collect()));
        }
        number
    }

    /// Returns the form that holds all of them.
    ///
    /// # Errors
    /// The place, and the number at it, with which no form holds them all any longer.
    pub(super) fn form(&self) -> Result<Form, (Place, String)> {
        let fits = |scale: i64| self.whole + scale <= MOST;
        let scale = |scale: i64| Form::Decimal(u8::try_from(scale).expect("at most 38"));
        match &self.beyond {
            _ if self.integers && self.small => Ok(Form::Integer),
            None if fits(self.shown) => Ok(scale(self.shown)),
            None => Ok(scale(self.needed)),
            Some(_) if self.doubles => Ok(Form::Float),
            Some(beyond) => Err(beyond.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::exact;
    use bigdecimal::BigDecimal;
    use proptest::prelude::*;

    fn form(texts: &[&str]) -> Result<Form, (Place, String)> {
        let mut numbers = Numbers::default();
        for (line, text) in (1..).zip(texts) {
            numbers.add(text, Place { file: 0, line });
        }
        numbers.form()
    }

    /// Catches a column whose form loses digits, or that is refused although one holds it.
    #[test]
    fn numbers_have_the_form_that_holds_them_all() {
        let nines = "9".repeat(38);
        let long = format!("1{}", "0".repeat(300));
        for (texts, wanted) in [
            (&["1", "-0", "9223372036854775807", "-9223372036854775808"][..], Form::Integer),
            (&["1", "9223372036854775808"], Form::Decimal(0)),
            (&[&nines], Form::Decimal(0)),
            (&["1", "1.50", "2.5"], Form::Decimal(2)),
            (&["1e2"], Form::Decimal(0)),
            (&["1.50e1"], Form::Decimal(1)),
            (&["0.00"], Form::Decimal(2)),
            (&["0e-99999999999999999999"], Form::Decimal(0)),
            (&["1E-38"], Form::Decimal(38)),
            (&["1e36", "0.5"], Form::Decimal(1)),
            (&[&nines, "0.00"], Form::Decimal(0)),
            (&["12345678901234567890.12345678901234567800"], Form::Decimal(18)),
            (&["1e-20", "1e20"], Form::Float),
            (&["1.7976931348623157e308", "5e-324", "0.1", "7"], Form::Float),
            (&[&long, "5"], Form::Float),
        ] {
            assert_eq!(form(texts), Ok(wanted), "{texts:?}");
        }
        let more = format!("{nines}9");
        for (texts, line) in [
            (&[more.as_str()][..], 1),
            (&["1e-20", "1e20", "0.12345678901234567890"], 2),
            (&["1.79769313486231570e308", "9007199254740993"], 1),
            (&["1", "1e400"], 2),
            (&["1e-400"], 1),
            (&["1e99999999999999999999", "2"], 1),
            (&["12345678901234567890.1234567890123456789"], 1),
            (&["1.7976931348623158079e308"], 1),
        ] {
            assert_eq!(form(texts).map_err(|(place, _)| place.line), Err(line), "{texts:?}");
        }
    }

    proptest! {
        /// Catches a digit that is lost in any form.
        #[test]
        fn every_digit_is_kept(texts in prop::collection::vec("-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", 1..4)) {
            let mut numbers = Numbers::default();
            let read: Vec<Number> = texts.iter().map(|text| numbers.add(text, Place { file: 0, line: 1 })).collect();
            let exact = |text: &String| exact::decimal(text).unwrap();
            match numbers.form() {
                Ok(Form::Integer) => prop_assert!(texts.iter().all(|text| text.parse::<i64>().is_ok())),
                Ok(Form::Decimal(scale)) => for (text, number) in texts.iter().zip(&read) {
                    let unscaled = number.unscaled(scale);
                    let held = unscaled.map(|unscaled| BigDecimal::new(unscaled.into(), i64::from(scale)));
                    prop_assert_eq!(held, Some(exact(text)), "{} at {}", text, scale);
                },
                Ok(Form::Float) => for text in &texts {
                    let shortest = format!("{:e}", text.parse::<f64>().unwrap());
                    prop_assert_eq!(exact(&shortest), exact(text), "{}", text);
                },
                Err(_) => {
                    let all: Vec<BigDecimal> = texts.iter().map(|text| exact(text).normalized()).collect();
                    let scale = all.iter().map(|number| number.fractional_digit_count().max(0)).max().unwrap();
                    prop_assert!(scale > 38 || all.iter().any(|number| number.with_scale(scale).digits() > 38), "{:?}", texts);
                }
            }
        }
    }
}
