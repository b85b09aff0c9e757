//! The type of a field: what all its values in all files of a table have in common, each type with the first line that has it.

use serde_json::Value as Json;

use super::number::{Form, Numbers};
use super::place::Place;

/// A type that holds every value of a field exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing but NULL.
    Null,
    Bool,
    Number(Form),
    /// Texts, and objects as they are written.
    Text,
    Array(Box<Type>),
}

/// The types of JSON that are never one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Bool,
    Number,
    Text,
    Array,
}

/// What is known of a field.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// The sorts seen, each with how its first value is called and the place of it.
    seen: Vec<(Sort, &'static str, Place)>,
    numbers: Numbers,
    items: Option<Box<Shape>>,
}

/// Why no type holds the values of a field, and the place with which that is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) place: Place,
    pub(super) why: String,
}

impl Shape {
    /// Adds a value.
    ///
    /// # Errors
    /// An array in an array.
    pub(super) fn add(&mut self, value: &Json, place: Place) -> Result<(), Unfit> {
        match value {
            Json::Null => {}
            Json::Bool(_) => self.see(Sort::Bool, "bool", place),
            Json::String(_) | Json::Object(_) => self.see(Sort::Text, "text", place),
            Json::Number(number) => {
                let number = self.numbers.add(number.as_str(), place);
                self.see(Sort::Number, if number.is_integer() { "integer" } else { "decimal" }, place);
            }
            Json::Array(items) => {
                self.see(Sort::Array, "array", place);
                let shape = self.items.get_or_insert_default();
                for item in items {
                    if item.is_array() {
                        let why = "the array holds arrays; write its elements as texts".to_owned();
                        return Err(Unfit { place, why });
                    }
                    shape.add(item, place)?;
                }
            }
        }
        Ok(())
    }

    fn see(&mut self, sort: Sort, name: &'static str, place: Place) {
        if !self.seen.iter().any(|(other, ..)| *other == sort) {
            self.seen.push((sort, name, place));
        }
    }

    /// Returns the type that holds all values of the `files`, given by their names.
    ///
    /// # Errors
    /// Values of several types, and numbers that no type holds.
    pub(super) fn settle(&self, files: &[String]) -> Result<Type, Unfit> {
        Ok(match self.seen[..] {
            [] => Type::Null,
            [(Sort::Bool, ..)] => Type::Bool,
            [(Sort::Text, ..)] => Type::Text,
            [(Sort::Number, ..)] => Type::Number(self.numbers.form().map_err(|(place, text)| Unfit {
                place,
                why: format!(
                    "{text} needs, with the numbers before it, more than 38 digits; write the numbers of the field as \
                     texts, and say `type = \"decimal(76,38)\"` in the column's rule"
                ),
            })?),
            [(Sort::Array, _, place)] => {
                let item = self.items.as_deref().map_or(Ok(Type::Null), |items| items.settle(files));
                // Of empty arrays alone nothing is known, so that they go with arrays of anything.
                match item {
                    Ok(item) => Type::Array(Box::new(item)),
                    Err(Unfit { place: of, why }) => {
                        return Err(Unfit { place: of.max(place), why: format!("an element of the array {why}") });
                    }
                }
            }
            [(_, first, at), (_, second, place), ..] => {
                let other = if at.file == place.file { String::new() } else { format!(" of {}", files[at.file]) };
                let why = format!(
                    "is {first} on line {}{other} and {second} on line {}; write one type throughout",
                    at.line, place.line
                );
                return Err(Unfit { place, why });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::json;

    fn settled(lines: &[&str]) -> Result<Type, String> {
        let mut shape = Shape::default();
        for (line, text) in (1..).zip(lines) {
            shape.add(&json::read(text).unwrap(), Place { file: 0, line }).map_err(|unfit| unfit.why)?;
        }
        shape.settle(&[]).map_err(|unfit| unfit.why)
    }

    /// Catches a type that changes with the order of the lines, or that holds values of two.
    #[test]
    fn a_field_has_the_one_type_of_its_values() {
        let array = |of| Type::Array(Box::new(of));
        let decimal = |scale| Type::Number(Form::Decimal(scale));
        for (lines, of) in [
            (&["null"][..], Type::Null),
            (&["null", "true"], Type::Bool),
            (&["1", "null"], Type::Number(Form::Integer)),
            (&["1", "1.5"], decimal(1)),
            (&["\"a\"", "{\"a\":1.50}"], Type::Text),
            (&["[]"], array(Type::Null)),
            (&["[]", "[null]"], array(Type::Null)),
            (&["[]", "[1, null]"], array(Type::Number(Form::Integer))),
            (&["[0.1, 2, 3.5]", "[]", "null"], array(decimal(1))),
            (&["[{\"a\":1}]", "[\"b\"]"], array(Type::Text)),
        ] {
            let backwards: Vec<&str> = lines.iter().rev().copied().collect();
            assert_eq!(settled(lines), Ok(of.clone()), "{lines:?}");
            assert_eq!(settled(&backwards), Ok(of), "{backwards:?}");
        }
    }

    /// Catches values of two types in one column.
    #[test]
    fn values_of_two_types_are_an_error_with_both_lines() {
        for (lines, says) in [
            (&["1", "null", "\"1\""][..], "is integer on line 1 and text on line 3; write one type"),
            (&["1.0", "true"], "is decimal on line 1 and bool on line 2"),
            (&["{}", "[]"], "is text on line 1 and array on line 2"),
            (&["[1]", "[\"a\"]"], "an element of the array is integer on line 1 and text on line 2"),
            (&["[1, true]"], "an element of the array is integer on line 1 and bool on line 1"),
            (&["[[1]]"], "holds arrays"),
            (&["1e400"], "1e+400 needs"),
            (&["[1e400]"], "an element of the array 1e+400 needs"),
        ] {
            let why = settled(lines).unwrap_err();
            assert!(why.contains(says), "{lines:?}: {why}");
        }
    }
}
