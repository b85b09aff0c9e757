//! What each row answers to one question about one of its columns.

use std::mem::discriminant;
use std::sync::Arc;

use ahash::AHashMap;

use super::property::{Mark, Property};
use crate::frame::Value;

/// The answer of a row whose value has none.
pub(super) const NONE: u32 = u32::MAX;

/// The answers of all rows to one question.
#[derive(Debug)]
pub(super) struct Answers {
    /// What is asked.
    pub(super) property: Property,
    /// By the number of the row its answer, counted from 0; [`NONE`] where it has none.
    pub(super) codes: Arc<[u32]>,
    /// How many different answers there are.
    pub(super) different: usize,
}

/// Asks everything that has an answer of the values of a column, each by the number of its row.
pub(super) fn answers(values: &[&Value], properties: Vec<Property>) -> Vec<Answers> {
    let types = types(values);
    // NULL is of no type.
    let is_one_type = types.iter().filter(|one| !matches!(one, Value::Null)).count() <= 1;
    let asked = properties.into_iter().filter(|property| types.iter().any(|one| property.is_asked_of(one)));
    let all = asked.map(|property| coded(property, values, is_one_type));
    all.filter(|answers| answers.different > 0).collect()
}

fn coded<'a>(property: Property, values: &[&'a Value], is_one_type: bool) -> Answers {
    let mut known: AHashMap<Mark<'a>, u32> = AHashMap::new();
    let mut code = |value: &'a Value| {
        // Values of two types may have one text, which only their texts tell.
        let mark = match is_one_type {
            true => property.mark(value)?,
            false => property.answer(value)?.map_or(Mark::Null, |text| Mark::Text(text.into())),
        };
        let next = u32::try_from(known.len()).ok()?;
        Some(*known.entry(mark).or_insert(next))
    };
    let codes: Vec<u32> = values.iter().map(|value| code(value).unwrap_or(NONE)).collect();
    Answers { property, codes: codes.into(), different: known.len() }
}

/// A value of each type that there is.
fn types<'a>(values: &[&'a Value]) -> Vec<&'a Value> {
    let mut types: Vec<&Value> = Vec::new();
    for value in values {
        if types.iter().all(|one| discriminant(*one) != discriminant(*value)) {
            types.push(value);
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(values: &[Value], property: Property) -> Vec<Option<u32>> {
        let values: Vec<&Value> = values.iter().collect();
        let found = answers(&values, vec![property]);
        let codes = found.first().map_or(&[][..], |answers| &answers.codes);
        codes.iter().map(|code| Some(*code).filter(|code| *code != NONE)).collect()
    }

    /// Catches two answers taken for one, one for two, and NULL or no answer taken for another.
    #[test]
    fn rows_of_one_answer_have_one_code() {
        let text = |text: &str| Value::Text(text.into());
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        let some = |codes: &[u32]| codes.iter().map(|code| Some(*code)).collect::<Vec<_>>();
        assert_eq!(codes(&[text("a"), Value::Null, text("b"), text("a")], Property::Itself), some(&[0, 1, 2, 0]));
        assert_eq!(codes(&[decimal(150, 2), decimal(15, 1), decimal(15, 2)], Property::Itself), some(&[0, 0, 1]));
        assert_eq!(codes(&[text("1"), Value::Integer(1), Value::Integer(2)], Property::Itself), some(&[0, 0, 1]));
        assert_eq!(codes(&[-1, 4, -2].map(Value::Integer), Property::Sign), [Some(0), None, Some(0)]);
        assert_eq!(codes(&[12, 22, 5].map(Value::Integer), Property::Mod(10)), some(&[0, 0, 1]));
        assert_eq!(codes(&[text("a")], Property::Hour), []);
        let mixed = [Value::Null, text("a-b"), Value::Date(0), Value::Bool(true)];
        assert_eq!(codes(&mixed, Property::Weekday), [None, None, Some(0), None]);
        assert_eq!(codes(&mixed, Property::Prefix), [None, Some(0), None, None]);
    }
}
