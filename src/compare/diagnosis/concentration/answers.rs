//! What each row answers to one question about one of its columns.

use std::mem::discriminant;
use std::sync::Arc;

use polars::prelude::PlHashMap;

use super::places::{NOWHERE, Order, Ranked};
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

/// Asks everything that has an answer of the values of a column, each by the number of its row, whose `orders` are known.
pub(super) fn answers(values: &[&Value], properties: Vec<Property>, orders: &[Ranked]) -> Vec<Answers> {
    let types = types(values);
    // NULL is of no type.
    let is_one_type = types.iter().filter(|one| !matches!(one, Value::Null)).count() <= 1;
    let asked = properties.into_iter().filter(|property| types.iter().any(|one| property.is_asked_of(one)));
    let ranked = orders.iter().find(|ranked| ranked.order == Order::Itself).filter(|_| is_one_type);
    // Two zeros of a float have one place.
    let ranked = ranked.filter(|_| !types.iter().any(|one| matches!(one, Value::Float(_))));
    let all = asked.map(|property| {
        let known = ranked.filter(|_| property == Property::Itself).and_then(|ranked| by_rank(ranked, values));
        known.unwrap_or_else(|| coded(property, values, is_one_type))
    });
    all.filter(|answers| answers.different > 0).collect()
}

/// The values themselves, which are of one type: those of one place are one. Absent where a value has an answer and no place.
fn by_rank(ranked: &Ranked, values: &[&Value]) -> Option<Answers> {
    let null = u32::try_from(ranked.places).ok()?;
    let code = |(rank, value): (&u32, &&Value)| match value {
        Value::Null => Some(null),
        value if *rank == NOWHERE => Property::Itself.mark(value).is_none().then_some(NONE),
        _ => Some(*rank),
    };
    let codes: Option<Vec<u32>> = ranked.ranks.iter().zip(values).map(code).collect();
    Some(Answers { property: Property::Itself, codes: codes?.into(), different: ranked.places + 1 })
}

fn coded(property: Property, values: &[&Value], is_one_type: bool) -> Answers {
    if !is_one_type {
        // Values of two types may have one text, which only their texts tell.
        let text = |value| Some(property.answer(value)?.map_or(Mark::Null, |text| Mark::Text(text.into())));
        return by_hash(property, values.iter().map(|value| text(*value)));
    }
    match property.marks_below() {
        Some(below) => by_number(property, values, below),
        None => by_hash(property, values.iter().map(|value| property.mark(value))),
    }
}

/// Codes of marks that may be anything.
fn by_hash<'a>(property: Property, marks: impl Iterator<Item = Option<Mark<'a>>>) -> Answers {
    let mut known: PlHashMap<Mark<'a>, u32> = PlHashMap::default();
    let mut code = |mark| {
        let next = u32::try_from(known.len()).unwrap_or(NONE);
        *known.entry(mark).or_insert(next)
    };
    let codes: Vec<u32> = marks.map(|mark| mark.map_or(NONE, &mut code)).collect();
    Answers { property, codes: codes.into(), different: known.len() }
}

/// Codes of marks that are numbers from 0 to `below`.
fn by_number(property: Property, values: &[&Value], below: usize) -> Answers {
    let (mut known, mut different) = (vec![NONE; below], 0);
    let code = |value: &&Value| {
        let Some(Mark::Number(number, _)) = property.mark(value) else { return NONE };
        let Some(code) = usize::try_from(number).ok().and_then(|number| known.get_mut(number)) else { return NONE };
        if *code == NONE {
            (*code, different) = (different, different + 1);
        }
        *code
    };
    let codes: Vec<u32> = values.iter().map(code).collect();
    Answers { property, codes: codes.into(), different: different as usize }
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
    use super::super::places::orders;
    use super::*;

    /// The codes in the order in which they are met.
    fn codes(values: &[Value], property: Property) -> Vec<Option<usize>> {
        let values: Vec<&Value> = values.iter().collect();
        let found = answers(&values, vec![property], &orders(&values));
        let mut met = Vec::new();
        let mut code = |code: u32| {
            let known = met.iter().position(|one| *one == code);
            (code != NONE).then(|| {
                known.unwrap_or_else(|| {
                    met.push(code);
                    met.len() - 1
                })
            })
        };
        found.first().map_or(Vec::new(), |answers| answers.codes.iter().map(|one| code(*one)).collect())
    }

    /// Catches two answers taken for one, one for two, and NULL or no answer taken for another.
    #[test]
    fn rows_of_one_answer_have_one_code() {
        let text = |text: &str| Value::Text(text.into());
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        let some = |codes: &[usize]| codes.iter().map(|code| Some(*code)).collect::<Vec<_>>();
        assert_eq!(codes(&[text("a"), Value::Null, text("b"), text("a")], Property::Itself), some(&[0, 1, 2, 0]));
        assert_eq!(codes(&[decimal(150, 2), decimal(15, 1), decimal(15, 2)], Property::Itself), some(&[0, 0, 1]));
        assert_eq!(codes(&[text("1"), Value::Integer(1), Value::Integer(2)], Property::Itself), some(&[0, 0, 1]));
        let long = text(&"x".repeat(201));
        assert_eq!(codes(&[text("a"), long, Value::Null], Property::Itself), [Some(0), None, Some(1)]);
        assert_eq!(codes(&[true, false, true].map(Value::Bool), Property::Itself), some(&[0, 1, 0]));
        let json = |text: &str| Value::Json(text.into());
        assert_eq!(codes(&[json("1"), json("2"), json("1"), Value::Null], Property::Itself), some(&[0, 1, 0, 2]));
        assert_eq!(codes(&[0.0, -0.0, 1.5, 1.5].map(Value::Float), Property::Itself), some(&[0, 1, 2, 2]));
        assert_eq!(codes(&[-1, 4, -2].map(Value::Integer), Property::Sign), [Some(0), None, Some(0)]);
        assert_eq!(codes(&[12, 22, 5].map(Value::Integer), Property::Mod(10)), some(&[0, 0, 1]));
        assert_eq!(codes(&[text("a")], Property::Hour), []);
        let mixed = [Value::Null, text("a-b"), Value::Date(0), Value::Bool(true)];
        assert_eq!(codes(&mixed, Property::Weekday), [None, None, Some(0), None]);
        assert_eq!(codes(&mixed, Property::Prefix), [None, Some(0), None, None]);
    }
}
