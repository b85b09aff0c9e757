//! What errors may quote: every kind over answers whose every value is a canary, with rules that do not fit them.

use std::collections::BTreeSet;

use super::*;
use crate::model::{Disclosure, ErrorCode, ErrorReport};
use crate::spec::check::{ForcedType, Template};

/// Stands in every cell that holds text.
const CANARY: &str = "ada@example.org";
/// Stands in every cell that holds a number.
const NUMBER: i128 = 4711_4711_4711;

fn kinds() -> Vec<KindSettings> {
    vec![
        KindSettings::RowCount,
        KindSettings::Sum,
        KindSettings::TagDedup,
        KindSettings::Percentile(Box::new(percentile(None))),
        KindSettings::Percentile(Box::new(Percentile { max_ks: Some(decimal("0.1")), ..percentile(None) })),
        KindSettings::Freshness { max_lag: Duration::ZERO },
        KindSettings::Rows,
        KindSettings::Invariant { population: Some(Template(Vec::new())) },
    ]
}

fn answers() -> Vec<Frame> {
    let json = |name, text: &str| (name, Type::Json, vec![Value::Json(text.to_owned()); 2]);
    let twice = format!("{{\"{CANARY}\": 1, \"{CANARY}\": {NUMBER}}}");
    let array = |name| (name, Type::Array(Box::new(Type::Text)), vec![Value::Array(vec![text(CANARY)]); 2]);
    vec![
        frame(vec![texts("k", &[CANARY, CANARY]), texts("v", &[CANARY, CANARY])]),
        frame(vec![texts("k", &[CANARY]), texts("v", &[CANARY])]),
        frame(vec![texts("k", &[CANARY]), integers("v", &[NUMBER])]),
        frame(vec![texts("k", &[CANARY]), floats("v", &[f64::NAN])]),
        frame(vec![texts("k", &[CANARY]), floats("ms", &[f64::INFINITY])]),
        frame(vec![texts("k", &[CANARY]), texts("ms", &[CANARY])]),
        frame(vec![texts("k", &[CANARY, CANARY]), json("v", &twice)]),
        frame(vec![json("k", &twice), texts("v", &[CANARY, CANARY])]),
        frame(vec![texts("k", &[CANARY, CANARY]), array("v")]),
        frame(vec![texts("k", &[CANARY]), integers("v", &[NUMBER]), texts("w", &[CANARY])]),
        frame(vec![texts("k", &[CANARY]), instants("v", &[NUMBER])]),
        frame(vec![texts("k", &[CANARY]), ("v", Type::WallClock, vec![Value::WallClock(NUMBER)])]),
        frame(vec![("k", Type::Text, vec![]), ("v", Type::Integer, vec![])]),
        frame(vec![("k", Type::Null, vec![Value::Null]), ("v", Type::Null, vec![Value::Null])]),
        frame(vec![integers("n", &[NUMBER])]),
    ]
}

fn rules() -> Vec<Rule> {
    let literal = Sides { old: Some(text(CANARY)), new: None };
    let read_as = |forced| Rule { types: Sides { old: Some(forced), new: Some(forced) }, ..Rule::default() };
    vec![
        Rule::default(),
        within("0", "0.1"),
        comparison(Comparison::Json),
        comparison(Comparison::Set),
        read_as(ForcedType::Timestamp),
        Rule { null: literal, ..Rule::default() },
    ]
}

/// Catches an error that quotes a value under a code that says it names only, and one whose text or cause shows one where
/// values are masked.
#[test]
fn no_error_shows_a_value_unless_its_code_says_so() {
    let number = NUMBER.to_string();
    let quotes = |text: &str| text.contains(CANARY) || text.contains(&number);
    let texts = |error: &ErrorReport| {
        let causes = error.causes().map(|cause| cause.text.clone());
        std::iter::once(error.message()).chain(causes).collect::<Vec<_>>()
    };
    let (answers, mut seen, mut quoting) = (answers(), BTreeSet::new(), BTreeSet::new());
    for kind in kinds() {
        for key in [&[][..], &["k"], &["gone"]] {
            for rule in rules() {
                let check = with(check(kind.clone(), key), "v", rule);
                for (old, new) in answers.iter().flat_map(|old| answers.iter().map(move |new| (old, new))) {
                    let Some(error) = judge(&check, old, new).error else { continue };
                    let code = error.code();
                    seen.insert(code);
                    if quotes(&error.message()) {
                        assert_eq!(code.disclosure(), Disclosure::MayQuoteValues, "{code}: {error}");
                        quoting.insert(code);
                    }
                    let shown = error.clone().without_values();
                    assert!(!texts(&shown).iter().any(|text| quotes(text)), "{error}: {shown:?}");
                }
            }
        }
    }
    for code in [
        ErrorCode::TypeMismatch,
        ErrorCode::LiteralUnfit,
        ErrorCode::ValueUnreadable,
        ErrorCode::ValueAmbiguous,
        ErrorCode::ColumnMissing,
        ErrorCode::ColumnUnexpected,
        ErrorCode::RowCountUnfit,
        ErrorCode::NothingCompared,
        ErrorCode::CheckUnfit,
    ] {
        assert!(seen.contains(&code), "{code} was not met, but {seen:?}");
    }
    for code in [ErrorCode::LiteralUnfit, ErrorCode::ValueUnreadable, ErrorCode::ValueAmbiguous] {
        assert!(quoting.contains(&code), "{code} quotes nothing, so the canary does not sing");
    }
}
