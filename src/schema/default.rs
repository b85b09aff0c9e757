//! Defaults of columns, and what two of them that engines write differently have in common.

/// A default as its engine writes it, and what it means where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultValue {
    /// As the engine writes it.
    pub text: String,
    /// What it means, the same for every engine; absent of an expression. A text stands in quotes, also one of digits.
    pub meaning: Option<String>,
}

/// What stands for the next number of a sequence.
pub(crate) const NEXT_NUMBER: &str = "next number";

/// What stands for the moment of writing.
const NOW: &str = "now";

impl DefaultValue {
    /// Returns the default that a catalogue writes as `text`: an SQL expression.
    pub(crate) fn of_sql(text: &str) -> DefaultValue {
        DefaultValue { text: text.trim().to_owned(), meaning: meaning(text) }
    }

    /// Returns the default that is the text `value` itself.
    pub(crate) fn of_value(value: &str) -> DefaultValue {
        DefaultValue { text: format!("'{value}'"), meaning: Some(literal(value)) }
    }

    /// Returns a number of its own for each row.
    pub(crate) fn next_number(text: &str) -> DefaultValue {
        DefaultValue { text: text.to_owned(), meaning: Some(NEXT_NUMBER.to_owned()) }
    }

    /// Returns the same where numbers go up by `step`: two writers may share them out so.
    pub(crate) fn by(self, step: i128) -> DefaultValue {
        match self.meaning.as_deref() {
            Some(NEXT_NUMBER) if step != 1 => DefaultValue {
                text: format!("{}, increment by {step}", self.text),
                meaning: Some(format!("{NEXT_NUMBER} by {step}")),
            },
            _ => self,
        }
    }
}

fn literal(value: &str) -> String {
    format!("'{value}'")
}

/// Returns whether two defaults that engines know the meanings of are the same; in columns of numbers a text of digits is one,
/// and in one engine the moment of writing is the same to as many digits of a second.
pub(crate) fn is_same_default(
    one: &DefaultValue,
    other: &DefaultValue,
    is_number: bool,
    is_one_engine: bool,
) -> Option<bool> {
    let (meaning, others) = (one.meaning.as_deref()?, other.meaning.as_deref()?);
    let digits = |default: &DefaultValue| {
        let text = default.text.to_ascii_lowercase();
        let given: String = text.chars().filter(char::is_ascii_digit).collect();
        // As many as ClickHouse gives where nobody says.
        if text.starts_with("now64") {
            given.strip_prefix("64").filter(|own| !own.is_empty()).unwrap_or("3").to_owned()
        } else {
            given
        }
    };
    let is_as_fine = || !is_one_engine || meaning != NOW || digits(one) == digits(other);
    Some(is_same_meaning(meaning, others, is_number) && is_as_fine())
}

fn is_same_meaning(one: &str, other: &str, is_number: bool) -> bool {
    let number = |meaning: &str| {
        let text = meaning.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(meaning);
        text.parse::<bigdecimal::BigDecimal>().ok()
    };
    one == other || (is_number && number(one).is_some_and(|one| Some(one) == number(other)))
}

fn meaning(text: &str) -> Option<String> {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        text = inner.trim();
    }
    if let Some(quoted) = text.strip_prefix('\'') {
        // PostgreSQL says the type behind the text: 'x'::character varying.
        let (value, rest) = quoted_text(quoted)?;
        return is_cast(rest).then(|| literal(&value));
    }
    let (bare, cast) = text.split_at(text.find("::").unwrap_or(text.len()));
    // A sequence is named by a text that is cast in the call.
    if let Some(sequence) = text.strip_prefix("nextval('") {
        let (_, rest) = quoted_text(sequence)?;
        return matches!(rest, ")" | "::regclass)" | "::text)").then(|| NEXT_NUMBER.to_owned());
    }
    if !is_cast(cast) {
        return None;
    }
    let lower = bare.to_ascii_lowercase();
    let is_now = ["now", "current_timestamp", "now64", "localtimestamp", "transaction_timestamp"]
        .iter()
        .any(|name| lower.strip_prefix(name).is_some_and(|rest| rest.is_empty() || is_digits_in_parentheses(rest)));
    match lower.as_str() {
        "true" => Some("1".to_owned()),
        "false" => Some("0".to_owned()),
        "null" => None,
        _ if is_now => Some(NOW.to_owned()),
        _ => bare.parse::<bigdecimal::BigDecimal>().ok().map(|number| number.normalized().to_plain_string()),
    }
}

/// Whether what stands behind a value is nothing, or the name of a type: no operator, no call, and no limit, by which the value
/// may be cut or rounded.
fn is_cast(text: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '"' | '.' | '[' | ']' | ':');
    text.is_empty() || (text.starts_with("::") && text.chars().all(is_of_name))
}

/// The text before its closing quote, and what stands behind that.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let at = rest.find('\'')?;
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, rest)),
        }
    }
}

fn is_digits_in_parentheses(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| inner.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a default that means the same in two engines and is taken for another, and two that do not for one.
    #[test]
    fn defaults_are_known_by_what_they_mean() {
        let of = |text: &str| DefaultValue::of_sql(text).meaning;
        for text in ["'a''b'", "'a''b'::text", "('a''b'::character varying)"] {
            assert_eq!(of(text).as_deref(), Some("'a'b'"), "{text}");
        }
        for text in ["0", "0.00", "'0'::numeric", "false", "(0)"] {
            assert!(is_same_meaning(&of(text).unwrap(), "0", true), "{text}");
        }
        for (one, other) in [("'1.10'", "'1.1'"), ("'007'", "'7'"), ("'0'", "0")] {
            let (one, other) = (of(one).unwrap(), of(other).unwrap());
            assert!(is_same_meaning(&one, &other, true) && !is_same_meaning(&one, &other, false), "{one} {other}");
        }
        for text in ["now()", "CURRENT_TIMESTAMP", "current_timestamp(6)", "now64(3)", "CURRENT_TIMESTAMP()"] {
            assert_eq!(of(text).as_deref(), Some("now"), "{text}");
        }
        assert_eq!(of("nextval('t_id_seq'::regclass)").as_deref(), Some(NEXT_NUMBER));
        assert_eq!(of("nextval('a.\"T\"'::regclass)").as_deref(), Some(NEXT_NUMBER));
        for text in [
            "NULL",
            "gen_random_uuid()",
            "'a' || 'b'",
            "nowhere()",
            "a + 1",
            "('ORD-'::text || nextval('s'::regclass))",
            "('2020-01-01'::date + 5)",
            "'{}'::jsonb || '{}'::jsonb",
            "nextval('s'::regclass) * 1000",
            "(nextval('s'::regclass) * 1000)",
            "1::integer + 2",
            "'abc'::character varying(2)",
            "'0.5'::numeric(10,0)",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        let is_same = |one: &str, other: &str, is_one_engine: bool| {
            is_same_default(&DefaultValue::of_sql(one), &DefaultValue::of_sql(other), false, is_one_engine)
        };
        assert_eq!(is_same("now()", "CURRENT_TIMESTAMP", true), Some(true));
        assert_eq!(is_same("now64()", "now64(3)", true), Some(true));
        for (one, other) in [("now()", "CURRENT_TIMESTAMP(0)"), ("now64(9)", "now()"), ("now64(9)", "now64(3)")] {
            assert_eq!(
                (is_same(one, other, true), is_same(one, other, false)),
                (Some(false), Some(true)),
                "{one} {other}"
            );
        }
        assert_eq!(DefaultValue::of_value("new").meaning, of("'new'::text"));
        assert_ne!(of("'x'"), of("'y'"));
    }
}
