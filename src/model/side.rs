//! The two sides of a comparison, and one value for each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A side of a comparison; old is the reference and always comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The reference.
    Old,
    /// The schema reads move to.
    New,
}

impl Side {
    /// Both sides, in their order.
    pub const BOTH: [Side; 2] = [Side::Old, Side::New];

    /// Returns the side called `name`, `old` or `new`.
    pub fn named(name: &str) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| side.as_str() == name)
    }

    /// Returns `old` or `new`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Side::Old => "old",
            Side::New => "new",
        }
    }

    /// Returns the side it is compared with.
    pub const fn other(self) -> Side {
        match self {
            Side::Old => Side::New,
            Side::New => Side::Old,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One value for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides<T> {
    /// That of the reference.
    pub old: T,
    /// That of the schema reads move to.
    pub new: T,
}

impl<T> Sides<T> {
    /// Makes the value of each side, old first.
    pub fn each(mut make: impl FnMut(Side) -> T) -> Self {
        Sides { old: make(Side::Old), new: make(Side::New) }
    }

    /// Returns the value of `side`.
    pub fn get(&self, side: Side) -> &T {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Returns the value of `side`, to be changed.
    pub fn get_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Old => &mut self.old,
            Side::New => &mut self.new,
        }
    }

    /// Borrows both values.
    pub fn as_ref(&self) -> Sides<&T> {
        Sides { old: &self.old, new: &self.new }
    }

    /// Borrows both values, to be changed.
    pub fn as_mut(&mut self) -> Sides<&mut T> {
        Sides { old: &mut self.old, new: &mut self.new }
    }

    /// Puts both values through `change`, old first.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Sides<U> {
        Sides { old: change(self.old), new: change(self.new) }
    }

    /// Pairs each value with that of `other` for the same side.
    pub fn zip<U>(self, other: Sides<U>) -> Sides<(T, U)> {
        Sides { old: (self.old, other.old), new: (self.new, other.new) }
    }

    /// Goes through both sides, old first.
    pub fn iter(&self) -> impl Iterator<Item = (Side, &T)> {
        self.as_ref().into_iter()
    }
}

impl<T> Sides<Option<T>> {
    /// Goes through the values there are, old first.
    pub fn present(&self) -> impl Iterator<Item = (Side, &T)> {
        self.iter().filter_map(|(side, value)| Some((side, value.as_ref()?)))
    }

    /// Goes through the values there are, to be changed, old first.
    pub fn present_mut(&mut self) -> impl Iterator<Item = (Side, &mut T)> {
        self.as_mut().into_iter().filter_map(|(side, value)| Some((side, value.as_mut()?)))
    }
}

impl<T, E> Sides<Result<T, E>> {
    /// Returns both values, or the errors there are, old first.
    pub fn all(self) -> Result<Sides<T>, Vec<E>> {
        match (self.old, self.new) {
            (Ok(old), Ok(new)) => Ok(Sides { old, new }),
            (old, new) => Err(old.err().into_iter().chain(new.err()).collect()),
        }
    }
}

impl<T> IntoIterator for Sides<T> {
    type Item = (Side, T);
    type IntoIter = std::array::IntoIter<(Side, T), 2>;

    /// Goes through both sides, old first.
    fn into_iter(self) -> Self::IntoIter {
        [(Side::Old, self.old), (Side::New, self.new)].into_iter()
    }
}

/// As two fields, of which one that is absent is left out.
impl<T: Serialize> Serialize for Sides<Option<T>> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.present())
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Sides<Option<T>> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("SidesOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "only its schema is asked for")]
        struct Fields<T> {
            /// The reference.
            #[schemars(skip_serializing_if = "Option::is_none")]
            old: Option<T>,
            /// The schema reads move to.
            #[schemars(skip_serializing_if = "Option::is_none")]
            new: Option<T>,
        }
        Fields::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a value that goes to the other side, and a side that is written otherwise than it is read.
    #[test]
    fn values_stay_on_their_side() {
        let mut sides = Sides::each(Side::as_str);
        assert_eq!(sides, Sides { old: "old", new: "new" });
        assert!(sides.iter().all(|(side, name)| side.as_str() == *name && Side::named(name) == Some(side)));
        assert_eq!(Side::named("Old"), None);
        *sides.get_mut(Side::New.other()) = "first";
        assert_eq!((*sides.get(Side::Old), *sides.get(Side::New)), ("first", "new"));
        let zipped = sides.map(str::len).zip(Sides { old: 'o', new: 'n' });
        assert_eq!(zipped.into_iter().collect::<Vec<_>>(), [(Side::Old, (5, 'o')), (Side::New, (3, 'n'))]);
        assert_eq!(format!("{:>4}", Side::Old), " old");
        assert_eq!(serde_json::to_string(&Side::BOTH).unwrap(), r#"["old","new"]"#);
        assert_eq!(serde_json::from_str::<Side>("\"new\"").unwrap(), Side::New);
    }

    /// Catches the error of one side that hides that of the other, and errors out of their order.
    #[test]
    fn every_error_is_kept() {
        let both = |old, new| Sides::<Result<u8, &str>> { old, new }.all();
        assert_eq!(both(Ok(1), Ok(2)), Ok(Sides { old: 1, new: 2 }));
        assert_eq!(both(Err("a"), Err("b")), Err(vec!["a", "b"]));
        assert_eq!(both(Ok(1), Err("b")), Err(vec!["b"]));
    }
}
