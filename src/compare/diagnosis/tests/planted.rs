//! What is planted, a change for each code that is about one value, and noise beside it.

use super::*;

/// What the planted change makes of a value that `seed` picks.
pub(super) type Plant = Box<dyn Fn(u64) -> (Value, Value)>;

/// A code with its parameter and a change that is it.
type Planted = (&'static str, &'static str, Plant);

/// Every code that is about one value, with its parameter and a change that is it.
pub(super) fn planted() -> Vec<Planted> {
    [numbers(), values_and_times(), characters(), spellings(), structures()].into_iter().flatten().collect()
}

fn plant(f: impl Fn(u64) -> (Value, Value) + 'static) -> Plant {
    Box::new(f)
}

fn cents(n: u64) -> i128 {
    101 + i128::from(n % 9_000)
}

fn money(unscaled: i128, scale: u8) -> Value {
    Value::Decimal { unscaled, scale }
}

fn word(n: u64) -> String {
    format!("note{} Äpfel", n % 5_000)
}

fn day(n: u64) -> i128 {
    1_700_000_000_000_000_000 + i128::from(n % 50_000) * 977_123_456_789
}

/// Numbers in another unit, scale or width.
fn numbers() -> Vec<Planted> {
    vec![
        ("plus", "5", plant(move |n| (int(cents(n)), int(cents(n) + 5)))),
        ("plus", "-0.01", plant(move |n| (money(cents(n), 2), money(cents(n) - 1, 2)))),
        ("times", "1000", plant(move |n| (money(cents(n), 2), money(cents(n) * 1_000, 2)))),
        ("times", "0.01", plant(move |n| (money(cents(n), 2), money(cents(n), 4)))),
        ("times", "-1", plant(move |n| (int(cents(n)), int(-cents(n))))),
        ("times", "1024", plant(move |n| (int(cents(n)), int(cents(n) * 1_024)))),
        ("times", "2/3", plant(move |n| (int(cents(n) * 3), int(cents(n) * 2)))),
        (
            "times",
            "1000",
            plant(move |n| (Value::Float(cents(n) as f64 / 100.0), Value::Float(cents(n) as f64 / 100.0 * 1000.0))),
        ),
        (
            "plus",
            "0.1",
            plant(move |n| (Value::Float(cents(n) as f64 / 8.0), Value::Float(cents(n) as f64 / 8.0 + 0.1))),
        ),
        ("rounded", "0", plant(move |n| (money(cents(n) * 10 + 1, 3), money((cents(n) * 10 + 501) / 1_000, 0)))),
        ("cut_digits", "1", plant(move |n| (money(cents(n) * 100 + 1 + i128::from(n % 99), 3), money(cents(n), 1)))),
        (
            "rounded_down",
            "0",
            plant(move |n| {
                let sign = if n % 2 == 0 { 1 } else { -1 };
                let old = sign * (cents(n) * 10 + 3);
                (money(old, 2), money(old.div_euclid(100), 0))
            }),
        ),
        (
            "rounded_up",
            "0",
            plant(move |n| (money(cents(n) * 100 + 1 + i128::from(n % 99), 2), money(cents(n) + 1, 0))),
        ),
        (
            "rounded_half_even",
            "0",
            plant(move |n| {
                let old = cents(n) * 10 + 5;
                let half = cents(n) + cents(n) % 2;
                (money(old, 1), money(half, 0))
            }),
        ),
        (
            "float32",
            "",
            plant(move |n| {
                let old = 16_777_217 + 2 * cents(n);
                (int(old), int((old as f32) as i128))
            }),
        ),
        (
            "float64",
            "",
            plant(move |n| {
                let old = 9_007_199_254_740_993 + 2 * cents(n);
                (int(old), int((old as f64) as i128))
            }),
        ),
        ("clamped", "2147483647", plant(move |n| (int(2_147_483_648 + cents(n)), int(2_147_483_647)))),
        (
            "wrapped",
            "32 bits, signed",
            plant(move |n| {
                let old = 2_147_483_648 + cents(n) * 31 * if n % 2 == 0 { 1 } else { 3 };
                (int(old), int((old as u32).cast_signed().into()))
            }),
        ),
    ]
}

/// NULLs, single values and times.
fn values_and_times() -> Vec<Planted> {
    let second = 1_000_000_000;
    vec![
        ("null_to_value", "0", plant(|_| (Value::Null, int(0)))),
        ("value_to_null", "", plant(|_| (txt(""), Value::Null))),
        ("nulled", "", plant(move |n| (int(cents(n)), Value::Null))),
        ("constant", "0", plant(move |n| (int(cents(n)), int(0)))),
        ("one_value", "paid → settled", plant(|_| (txt("paid"), txt("settled")))),
        ("zone", "+2 h", plant(move |n| (Value::Instant(day(n)), Value::Instant(day(n) + 7_200 * second)))),
        ("zone", "-5 h 30 min", plant(move |n| (Value::WallClock(day(n)), Value::WallClock(day(n) - 19_800 * second)))),
        ("shifted", "+1 d", plant(move |n| (Value::Date((n % 9_000) as i32), Value::Date((n % 9_000) as i32 + 1)))),
        ("shifted", "+0.5 s", plant(move |n| (Value::Instant(day(n)), Value::Instant(day(n) + second / 2)))),
        (
            "cut_time",
            "second",
            plant(move |n| (Value::Instant(day(n)), Value::Instant(day(n).div_euclid(second) * second))),
        ),
        (
            "cut_time",
            "millisecond",
            plant(move |n| (Value::Instant(day(n)), Value::Instant(day(n).div_euclid(1_000_000) * 1_000_000))),
        ),
        (
            "cut_time",
            "month",
            plant(move |n| {
                (
                    at(&format!("2026-{:02}-{:02} 11:00:00", n % 12 + 1, n % 27 + 2)),
                    at(&format!("2026-{:02}-01 00:00:00", n % 12 + 1)),
                )
            }),
        ),
        (
            "epoch_unit",
            "0.001",
            plant(move |n| {
                let old = day(n).div_euclid(second) * second;
                (Value::Instant(old), Value::Instant(old / 1_000))
            }),
        ),
        ("epoch_unit", "1000", plant(move |n| (Value::Instant(day(n)), Value::Instant(day(n) * 1_000)))),
        ("null_to_value", "1970-01-01T00:00:00Z", plant(|_| (Value::Null, Value::Instant(0)))),
    ]
}

/// Texts with other characters.
fn characters() -> Vec<Planted> {
    vec![
        ("trimmed", "", plant(move |n| (txt(format!(" {}{}", word(n), " ".repeat((n % 3) as usize))), txt(word(n))))),
        (
            "padded",
            "",
            plant(move |n| (txt(word(n)), txt(format!("{}{}", word(n), " ".repeat(20 - word(n).chars().count()))))),
        ),
        ("lower", "", plant(move |n| (txt(format!("Ä{}", word(n))), txt(format!("Ä{}", word(n)).to_lowercase())))),
        ("upper", "", plant(move |n| (txt(word(n)), txt(word(n).to_uppercase())))),
        ("unicode_form", "NFD", plant(move |n| (txt(word(n)), txt(word(n).replace('Ä', "A\u{308}"))))),
        ("unicode_form", "NFC", plant(move |n| (txt(word(n).replace('Ä', "A\u{308}")), txt(word(n))))),
        ("line_ends", "LF", plant(move |n| (txt(format!("{}\r\nb\r\n", word(n))), txt(format!("{}\nb\n", word(n)))))),
        (
            "misread",
            "Latin-1",
            plant(move |n| (txt(word(n)), txt(word(n).bytes().map(char::from).collect::<String>()))),
        ),
        ("reread", "Latin-1", plant(move |n| (txt(word(n).bytes().map(char::from).collect::<String>()), txt(word(n))))),
        (
            "misread",
            "Windows-1252",
            plant(move |n| (txt(format!("{}€", word(n))), txt(word(n).replace('Ä', "Ã„") + "â‚¬"))),
        ),
        ("replaced", "?", plant(move |n| (txt(word(n)), txt(word(n).replace('Ä', "?"))))),
        ("replaced", "U+FFFD", plant(move |n| (txt(word(n)), txt(word(n).replace('Ä', "\u{FFFD}\u{FFFD}"))))),
        ("zeros_lost", "", plant(move |n| (txt(format!("{:06}", n % 9_999)), txt((n % 9_999).to_string())))),
        ("zeros_added", "", plant(move |n| (txt((n % 9_999).to_string()), txt(format!("{:06}", n % 9_999))))),
    ]
}

/// Texts written otherwise, cut or longer.
fn spellings() -> Vec<Planted> {
    vec![
        ("quoted", "double quotes", plant(move |n| (txt(word(n)), txt(format!("\"{}\"", word(n)))))),
        ("unquoted", "single quotes", plant(move |n| (txt(format!("'{}'", word(n))), txt(word(n))))),
        (
            "escaped",
            "HTML",
            plant(move |n| {
                (txt(format!("<{}> & \"x\"", word(n))), txt(format!("&lt;{}&gt; &amp; &quot;x&quot;", word(n))))
            }),
        ),
        ("unescaped", "JSON", plant(move |n| (txt(format!("{}\\n\\\"", word(n))), txt(format!("{}\n\"", word(n)))))),
        ("number_spelling", "", plant(move |n| (txt(format!("{}.50", cents(n))), txt(format!("{},5", cents(n)))))),
        (
            "time_spelling",
            "",
            plant(move |n| {
                (
                    txt(format!("2026-03-{:02} 10:00:{:02}", n % 28 + 1, n % 60)),
                    txt(format!("2026-03-{:02}T10:00:{:02}.000Z", n % 28 + 1, n % 60)),
                )
            }),
        ),
        (
            "cut_characters",
            "12",
            plant(move |n| {
                (txt(format!("{:04}ÄÖÜ and more of it {n}", n % 9_999)), txt(format!("{:04}ÄÖÜ and ", n % 9_999)))
            }),
        ),
        (
            "cut_bytes",
            "6",
            plant(move |n| {
                let old =
                    if n % 2 == 0 { format!("{:04}ÄÖÜ", n % 9_999) } else { format!("{:06}ÄÖÜ", n % 9_999) };
                let kept = old[..old.floor_char_boundary(6)].to_owned();
                (txt(old), txt(kept))
            }),
        ),
        ("prefix_added", "cus_", plant(move |n| (txt(word(n)), txt(format!("cus_{}", word(n)))))),
        ("prefix_lost", "cus_", plant(move |n| (txt(format!("cus_{}", word(n))), txt(word(n))))),
        ("suffix_added", ".0", plant(move |n| (txt(format!("v{}", cents(n))), txt(format!("v{}.0", cents(n)))))),
        ("suffix_lost", ".0", plant(move |n| (txt(format!("v{}.0", cents(n))), txt(format!("v{}", cents(n)))))),
    ]
}

/// Lists and JSON.
fn structures() -> Vec<Planted> {
    vec![
        (
            "reordered",
            "",
            plant(move |n| {
                let items = |a, b| Value::Array(vec![int(a), int(b), int(3)]);
                (items(cents(n), cents(n) + 7), items(cents(n) + 7, cents(n)))
            }),
        ),
        (
            "duplicates_lost",
            "",
            plant(move |n| {
                (Value::Array(vec![int(cents(n)), int(1), int(cents(n))]), Value::Array(vec![int(cents(n)), int(1)]))
            }),
        ),
        (
            "element_lost",
            "tmp",
            plant(move |n| (Value::Array(vec![txt(word(n)), txt("tmp")]), Value::Array(vec![txt(word(n))]))),
        ),
        (
            "element_lost",
            "debug",
            plant(move |n| {
                (
                    Value::Json(format!("{{\"a\": {}, \"debug\": {n}}}", cents(n))),
                    Value::Json(format!("{{\"a\": {}}}", cents(n))),
                )
            }),
        ),
        (
            "element_added",
            "v2",
            plant(move |n| {
                (
                    Value::Json(format!("{{\"a\": {}}}", cents(n))),
                    Value::Json(format!("{{\"v2\": true, \"a\": {}}}", cents(n))),
                )
            }),
        ),
        (
            "numbers_as_text",
            "",
            plant(move |n| {
                (
                    Value::Json(format!("{{\"a\": [{}]}}", cents(n))),
                    Value::Json(format!("{{\"a\": [\"{}\"]}}", cents(n))),
                )
            }),
        ),
    ]
}

pub(super) fn rows(plant: &Plant, seed: u64, rows: usize) -> Vec<(Value, Value)> {
    let mut dice = dice(seed);
    (0..rows).map(|_| plant(dice(1 << 40))).filter(|(old, new)| old != new).collect()
}

/// Values that have nothing to do with each other, of the sort of `like`.
pub(super) fn noise(like: &Value, n: u64) -> Value {
    match like {
        Value::Integer(_) => int(i128::from(n) * 31 + 17),
        Value::Decimal { .. } => Value::Decimal { unscaled: i128::from(n) * 1_000_003 + 7, scale: 5 },
        Value::Float(_) => Value::Float(n as f64 / 7.0),
        Value::Date(_) => Value::Date((n % 20_000) as i32),
        Value::Instant(_) => Value::Instant(i128::from(n) * 1_000_003),
        Value::WallClock(_) => Value::WallClock(i128::from(n) * 1_000_003),
        Value::Array(_) => Value::Array(vec![int(n.into()), int(4), int(5), int(6), int(9)]),
        Value::Json(_) => Value::Json(format!("[{n}, {{\"q\": 1}}, 2, 3]")),
        _ => txt(format!("{n:x}zzz")),
    }
}
