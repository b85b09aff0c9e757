//! How two columns of one name can be compared: exactly where their types allow it, else by a rule that says what was
//! assumed.

use crate::compare::comparable;
use crate::frame::Type;
use crate::model::Side;
use crate::spec::check::Rule;

/// A rule in TOML, and why it is there; both empty where values are compared exactly as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Guess {
    /// Entries of the rule, such as `zone = "UTC"`.
    pub(super) rule: Vec<String>,
    /// What it takes for granted.
    pub(super) because: Option<&'static str>,
}

/// How much floats may differ whose last digits depend on how they were computed.
const ROUNDING: &str = "relative = \"0.000000001\"";

/// The rule of a column that is `old` on one side and `new` on the other; absent where none fits.
pub(super) fn guess(old: &Type, new: &Type) -> Option<Guess> {
    let rule = |rule: &[String], because| Some(Guess { rule: rule.to_vec(), because: Some(because) });
    let of = |side: Side, of: &str| format!("type = {{ {side} = \"{of}\" }}");
    let zone = || "zone = \"UTC\"".to_owned();
    // The side that is read as the other's type comes first.
    let sided = [(Side::Old, old, new), (Side::New, new, old)];
    if comparable(old, new, &Rule::default()).is_ok() {
        return Some(Guess::default());
    }
    sided.into_iter().find_map(|(side, read, other)| match (read, other) {
        (Type::Integer | Type::Decimal { .. }, Type::Float) => {
            rule(&[ROUNDING.to_owned()], "one side holds floats, which keep 15 to 17 digits")
        }
        (Type::Text, Type::Integer) => rule(&[of(side, "decimal(38,0)")], "the text is read as an integer"),
        (Type::Text, Type::Decimal { scale }) => {
            let (scale, digits) = if *scale > 12 { (*scale, 76) } else { (12, 38) };
            rule(&[of(side, &format!("decimal({digits},{scale})"))], "the text is read as a decimal")
        }
        (Type::Text, Type::Float) => rule(
            &[of(side, "decimal(38,12)"), ROUNDING.to_owned()],
            "the text is read as a decimal and the other side holds floats",
        ),
        (Type::Text, Type::Bool) => rule(&[of(side, "bool")], "the text is read as a boolean"),
        (Type::Text, Type::Date) => rule(&[of(side, "date")], "the text is read as a date"),
        (Type::Text, Type::WallClock) => rule(&[of(side, "timestamp")], "the text is read as a timestamp"),
        (Type::Text, Type::Instant) => {
            rule(&[of(side, "timestamp"), zone()], "the text is read as a timestamp, in UTC where it has no zone")
        }
        (Type::Text, Type::Json) => rule(&["json = true".to_owned()], "the text is read as JSON"),
        (Type::Date, Type::WallClock) => rule(&[of(side, "timestamp")], "the date is read as its midnight"),
        (Type::Date, Type::Instant) => {
            rule(&[of(side, "timestamp"), zone()], "the date is read as its midnight in UTC")
        }
        (Type::WallClock, Type::Instant) => rule(&[zone()], "the timestamp without a zone is read as UTC"),
        _ => None,
    })
}

/// The rule of the sums of two columns of numbers.
pub(super) fn of_sums(old: &Type, new: &Type) -> Guess {
    if *old == Type::Float || *new == Type::Float {
        let because = Some("sums of floats depend on the order of the rows");
        return Guess { rule: vec![ROUNDING.to_owned()], because };
    }
    Guess::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite;

    fn types() -> Vec<Type> {
        let array = |of| Type::Array(Box::new(of));
        vec![
            Type::Null,
            Type::Bool,
            Type::Integer,
            Type::Decimal { scale: 2 },
            Type::Float,
            Type::Text,
            Type::Bytes,
            Type::Date,
            Type::Time,
            Type::Instant,
            Type::WallClock,
            Type::Uuid,
            Type::Json,
            array(Type::Integer),
            array(Type::Text),
            Type::Map(Box::new(Type::Text), Box::new(Type::Integer)),
        ]
    }

    /// Catches a guess that the comparison then refuses, and a pair that could be compared and is given up.
    #[test]
    fn every_guess_is_one_that_the_comparison_takes() {
        let folder = tempfile::tempdir().unwrap();
        for (old, new) in types().iter().flat_map(|old| types().into_iter().map(move |new| (old.clone(), new))) {
            let exact = comparable(&old, &new, &Rule::default()).is_ok();
            let Some(guess) = guess(&old, &new) else {
                assert!(!exact, "{old} and {new} are compared exactly");
                continue;
            };
            assert_eq!(guess.rule.is_empty(), exact, "{old} and {new}: {guess:?}");
            let text = format!(
                "name = \"a\"\n[sources]\nold.url = \"a\"\nnew.url = \"a\"\n[checks.b]\nkind = \"rows\"\nkey = \"k\"\n\
                 old = \"SELECT 1\"\nnew = \"SELECT 1\"\ncolumns.c = {{ {} }}\n",
                guess.rule.join(", ")
            );
            let path = folder.path().join("suite.toml");
            std::fs::write(&path, text).unwrap();
            let suites = suite::load(&[path], &suite::Overrides::default()).unwrap_or_else(|why| panic!("{why}"));
            let rule = &suites[0].checks[0].columns["c"];
            assert!(comparable(&old, &new, rule).is_ok(), "{old} and {new}: {guess:?}");
        }
    }
}
