//! JSON by value: numbers exact, key order free, a key twice in one object an error.
//!
//! Text becomes the canonical bytes of its value in one pass and without recursion, so that neither depth nor the size of
//! a number is a matter of memory. Single strings are read by `serde_json`.

use crate::frame::Value;
use crate::frame::exact;
use crate::frame::wide::narrowed;

/// Why text is not JSON that can be compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// Not JSON.
    Malformed,
    /// An object has this key twice, so its value is ambiguous.
    DuplicateKey(String),
    /// JSON that is not taken apart, and why.
    Beyond(&'static str),
}

/// Most arrays and objects inside each other: putting the keys of an object in order takes time by its depth.
const DEEPEST: usize = 10_000;

/// Most digits of an exponent.
const LONGEST_EXPONENT: usize = 18;

/// Bytes that two texts share exactly when they are equal as JSON.
pub(crate) fn canonical(text: &str) -> Result<Vec<u8>, JsonError> {
    let mut reader = Reader { text, at: 0, out: Vec::with_capacity(text.len()), open: Vec::new() };
    loop {
        if reader.value()? {
            // The first element of something that was opened.
            continue;
        }
        if reader.closed()? {
            return Ok(reader.out);
        }
    }
}

/// A JSON array as an array, a JSON object as a map; scalars in them become canonical values, what is nested stays JSON,
/// and so does text that is a single scalar or whose value is ambiguous. `None` where it is no JSON.
pub(crate) fn collection(text: &str) -> Option<Value> {
    match canonical(text) {
        Err(JsonError::Malformed) => return None,
        // Whoever compares it gets the error.
        Err(_) => return Some(Value::Json(text.to_owned())),
        Ok(_) => {}
    }
    let whole = text.trim_matches(is_blank);
    let inner = |open: char, close: char| whole.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(inner) = inner('[', ']') {
        return Some(Value::Array(cut(inner, b',').into_iter().map(element).collect()));
    }
    let Some(inner) = inner('{', '}') else { return Some(Value::Json(text.to_owned())) };
    let entry = |text: &str| {
        let key = cut(text, b':').first().map_or(0, |key| key.len());
        (element(&text[..key]), element(&text[key + 1..]))
    };
    Some(Value::Map(cut(inner, b',').into_iter().map(entry).collect()))
}

/// The parts of the inside of an array or object, which is known to be JSON, between `separator`; none of nothing.
fn cut(inner: &str, separator: u8) -> Vec<&str> {
    if inner.trim_matches(is_blank).is_empty() {
        return Vec::new();
    }
    let (mut parts, mut start, mut depth, mut quoted, mut escaped) = (Vec::new(), 0, 0_usize, false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ if byte == separator && depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    parts
}

/// One element of an array or object that is known to be JSON.
fn element(text: &str) -> Value {
    let text = text.trim_matches(is_blank);
    let nested = || Value::Json(text.to_owned());
    match text.as_bytes().first() {
        Some(b'n') => Value::Null,
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'"') => unquoted(text).map_or_else(nested, Value::Text),
        Some(b'[' | b'{') => nested(),
        _ => Number::read(text).ok().and_then(|number| number.value()).unwrap_or_else(nested),
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

/// An array or object whose end is yet to come.
enum Open {
    /// Where it begins, and how many elements it has so far.
    Array(usize, u64),
    /// Where it begins, and its entries: each key, and where the entry begins and ends.
    Object(usize, Vec<(String, usize, usize)>),
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: Vec<u8>,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| is_blank(char::from(**byte))).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, wanted: u8) -> bool {
        let found = self.next() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: u8) -> Result<(), JsonError> {
        if self.takes(wanted) { Ok(()) } else { Err(JsonError::Malformed) }
    }

    /// Reads a scalar, or the beginning of an array or object; whether a value must follow.
    fn value(&mut self) -> Result<bool, JsonError> {
        let rest = |reader: &Self, word: &str| reader.text[reader.at..].starts_with(word);
        match self.next().ok_or(JsonError::Malformed)? {
            b'[' => return self.begin(b'['),
            b'{' => return self.begin(b'{'),
            b'"' => {
                let text = self.string()?;
                sized(b's', text.as_bytes(), &mut self.out);
            }
            b'n' if rest(self, "null") => self.word("null", b"z"),
            b't' if rest(self, "true") => self.word("true", b"b1"),
            b'f' if rest(self, "false") => self.word("false", b"b0"),
            _ => {
                let length = self.text[self.at..].bytes().take_while(|byte| is_of_number(*byte)).count();
                let number = Number::read(&self.text[self.at..self.at + length])?;
                self.at += length;
                sized(b'n', number.form().as_bytes(), &mut self.out);
            }
        }
        Ok(false)
    }

    fn word(&mut self, word: &str, form: &[u8]) {
        self.at += word.len();
        self.out.extend_from_slice(form);
    }

    fn begin(&mut self, bracket: u8) -> Result<bool, JsonError> {
        self.at += 1;
        if self.open.len() == DEEPEST {
            return Err(JsonError::Beyond("its arrays and objects are more than 10,000 levels deep"));
        }
        let start = self.out.len();
        self.out.push(if bracket == b'[' { b'a' } else { b'o' });
        self.out.extend([0; 8]);
        if bracket == b'[' {
            self.open.push(Open::Array(start, 0));
            // What is empty is closed by whoever looks for its end.
            return Ok(self.next() != Some(b']'));
        }
        self.open.push(Open::Object(start, Vec::new()));
        if self.next() == Some(b'}') {
            return Ok(false);
        }
        self.key()?;
        Ok(true)
    }

    /// The key of the next entry, up to its value.
    fn key(&mut self) -> Result<(), JsonError> {
        if self.next() != Some(b'"') {
            return Err(JsonError::Malformed);
        }
        let key = self.string()?;
        self.expect(b':')?;
        let start = self.out.len();
        sized(b'k', key.as_bytes(), &mut self.out);
        if let Some(Open::Object(_, entries)) = self.open.last_mut() {
            entries.push((key, start, start));
        }
        Ok(())
    }

    /// Goes on behind a value, or behind the beginning of what is empty; whether the text has come to its end.
    fn closed(&mut self) -> Result<bool, JsonError> {
        loop {
            let end = self.out.len();
            let Some(open) = self.open.last_mut() else {
                return if self.next().is_none() { Ok(true) } else { Err(JsonError::Malformed) };
            };
            let empty = match open {
                Open::Array(start, count) => {
                    let empty = end == *start + 9;
                    *count += u64::from(!empty);
                    empty
                }
                Open::Object(_, entries) => {
                    if let Some((_, _, last)) = entries.last_mut() {
                        *last = end;
                    }
                    entries.is_empty()
                }
            };
            let is_array = matches!(open, Open::Array(..));
            if !empty && self.takes(b',') {
                if !is_array {
                    self.key()?;
                }
                return Ok(false);
            }
            self.expect(if is_array { b']' } else { b'}' })?;
            match self.open.pop() {
                Some(Open::Array(start, count)) => self.count(start, count),
                Some(Open::Object(start, entries)) => self.object(start, entries)?,
                None => {}
            }
        }
    }

    fn count(&mut self, start: usize, count: u64) {
        self.out[start + 1..start + 9].copy_from_slice(&count.to_le_bytes());
    }

    /// Brings the entries of an object in order.
    fn object(&mut self, start: usize, mut entries: Vec<(String, usize, usize)>) -> Result<(), JsonError> {
        self.count(start, entries.len() as u64);
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort();
            if let Some(pair) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(JsonError::DuplicateKey(pair[0].0.clone()));
            }
            let written = self.out.split_off(start + 9);
            let place = |at: usize| at - start - 9;
            entries.iter().for_each(|(_, from, to)| self.out.extend_from_slice(&written[place(*from)..place(*to)]));
        }
        Ok(())
    }

    /// The string that begins here.
    fn string(&mut self) -> Result<String, JsonError> {
        let bytes = self.text.as_bytes();
        let mut end = self.at + 1;
        while *bytes.get(end).ok_or(JsonError::Malformed)? != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let text = &self.text[self.at..=end];
        self.at = end + 1;
        unquoted(text).ok_or(JsonError::Malformed)
    }
}

/// The text of a JSON string in its quotes.
fn unquoted(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

fn sized(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// A number as JSON writes it: `digits` × 10^`exponent`, neither beginning nor ending with 0; no digits are 0.
struct Number {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    fn read(text: &str) -> Result<Number, JsonError> {
        let unsigned = text.strip_prefix('-');
        let (negative, unsigned) = (unsigned.is_some(), unsigned.unwrap_or(text));
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let power = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
        if !all_digits(whole)
            || (whole.len() > 1 && whole.starts_with('0'))
            || !fraction.is_none_or(all_digits)
            || !power.is_none_or(all_digits)
        {
            return Err(JsonError::Malformed);
        }
        let fraction = fraction.unwrap_or("");
        let digits = format!("{whole}{fraction}");
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Ok(Number { negative: false, digits: String::new(), exponent: 0 });
        }
        let power = power.unwrap_or("").trim_start_matches('0');
        if power.len() > LONGEST_EXPONENT {
            return Err(JsonError::Beyond("the exponent of a number has more than 18 digits"));
        }
        // Digits of a text in memory, and so few of a power, that their sum fits.
        let power: i64 = if power.is_empty() { 0 } else { power.parse().map_err(|_| JsonError::Malformed)? };
        let power = if exponent.is_some_and(|text| text.starts_with('-')) { -power } else { power };
        let places = i64::try_from(digits.len() - kept.len()).unwrap_or(i64::MAX / 4)
            - i64::try_from(fraction.len()).unwrap_or(i64::MAX / 4);
        Ok(Number { negative, digits: kept.trim_start_matches('0').to_owned(), exponent: power + places })
    }

    /// Text that two numbers share exactly when they are equal.
    fn form(&self) -> String {
        let Number { negative, digits, exponent } = self;
        let digits = if digits.is_empty() { "0" } else { digits };
        format!("{}{digits}e{exponent}", if *negative { "-" } else { "" })
    }

    /// As an integer or decimal; `None` where its digits would fill pages.
    fn value(&self) -> Option<Value> {
        exact::decimal(&self.form()).ok().map(|number| narrowed(&number))
    }
}

#[cfg(test)]
mod tests;
