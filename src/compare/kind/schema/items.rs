//! A schema as items under names that both sides share: a renamed table or column has its name in old.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Key, Side};
use crate::schema::{ColumnSchema, ColumnType, DefaultValue, Part, Property, Schema, TableSchema};
use crate::spec::check::{Check, SchemaCheck};

/// The item that stands for a table as a whole.
pub(super) const TABLE: &str = "table";
/// What is told of columns.
pub(super) const TYPE: &str = "type";
pub(super) const NULLABLE: &str = "nullable";
pub(super) const DEFAULT: &str = "default";
pub(super) const PLACE: &str = "place";
/// What is told of everything else.
pub(super) const DEFINITION: &str = "definition";
/// What stands between two definitions under one name.
const AND: &str = "; ";

/// One thing of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// What is told of it, by name.
    pub(super) values: BTreeMap<&'static str, String>,
    /// Of a column, its type and default as they are judged.
    pub(super) of: Option<ColumnType>,
    pub(super) default: Option<DefaultValue>,
    /// Of what is no column, what it is.
    property: Option<Property>,
    /// The column that it is.
    pub(super) column: Option<String>,
    /// Of a column whose order counts, its place in the table.
    place: Option<usize>,
    /// Whether the other side need not have it.
    pub(super) is_implied: bool,
}

impl Item {
    /// What the item is called in `ignore` and `allow`.
    pub(super) fn subject(&self, (table, item): &(String, String)) -> String {
        match &self.column {
            Some(column) => format!("{table}.{column}"),
            None if item == TABLE => table.clone(),
            None => format!("{table}:{item}"),
        }
    }

    /// Whether both have a default that only its own engine understands.
    pub(super) fn is_untold(&self, other: &Item) -> bool {
        let is_expression = |item: &Item| item.default.as_ref().is_some_and(|default| default.meaning.is_none());
        is_expression(self) && is_expression(other)
    }

    /// All that `ignore` may call it: by itself, with others of its sort, with all of its table.
    pub(super) fn subjects(&self, key: &(String, String)) -> Vec<String> {
        let mut subjects = vec![self.subject(key), key.0.clone()];
        subjects.extend(self.property.map(|property| format!("{}:{}", key.0, property.name())));
        subjects
    }
}

/// The items of one side.
pub(super) struct Items {
    pub(super) items: BTreeMap<(String, String), Item>,
    tables: BTreeSet<String>,
}

impl Items {
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.tables.contains(name)
    }

    /// Adds a part of a table. Of two under one name, as of two foreign keys of one column, both definitions count.
    fn add(&mut self, key: (String, String), item: Item) {
        match self.items.entry(key) {
            Entry::Vacant(entry) => drop(entry.insert(item)),
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.is_implied &= item.is_implied;
                let both = [known.values.get(DEFINITION), item.values.get(DEFINITION)];
                let all = both.into_iter().flatten().flat_map(|text| text.split(AND)).collect::<BTreeSet<_>>();
                let text = all.into_iter().collect::<Vec<_>>().join(AND);
                known.values.insert(DEFINITION, text);
            }
        }
    }
}

/// Counts the places of columns among those that both sides have, so that one that is lost moves no other.
pub(super) fn rank(one: &mut Items, other: &Items) {
    type Placed = Vec<(usize, (String, String))>;
    let mut places: BTreeMap<&String, Placed> = BTreeMap::new();
    let common = one.items.iter().filter(|(key, _)| other.items.contains_key(*key));
    for (key, place) in common.filter_map(|(key, item)| Some((key, item.place?))) {
        places.entry(&key.0).or_default().push((place, key.clone()));
    }
    let mut ranks = Vec::new();
    for mut columns in places.into_values() {
        columns.sort();
        ranks.extend(columns.into_iter().enumerate().map(|(rank, (_, key))| (key, rank + 1)));
    }
    for (key, rank) in ranks {
        one.items.entry(key).and_modify(|item| drop(item.values.insert(PLACE, rank.to_string())));
    }
}

/// Names of new by what they are called in old.
struct Names<'a> {
    check: &'a Check,
    side: Side,
    /// The tables by their names in old.
    tables: BTreeSet<&'a str>,
}

impl Names<'_> {
    /// The name in old of what new calls `name`. What still has a name in new that old's was renamed from is another thing.
    fn back<'n>(&'n self, name: &'n str, within: impl Fn(&'n str) -> Option<&'n str>) -> Cow<'n, str> {
        if self.side == Side::Old {
            return name.into();
        }
        let renamed = || self.check.rename.iter().filter_map(|(old, new)| Some((within(old)?, new.as_str())));
        match (renamed().find(|(_, new)| *new == name), renamed().any(|(old, _)| old == name)) {
            (Some((old, _)), _) => old.into(),
            (None, true) => format!("{name} of new").into(),
            (None, false) => name.into(),
        }
    }

    /// A table; one that old calls by a name with a point, as of a schema, is in no column's way.
    fn table<'n>(&'n self, name: &'n str) -> Cow<'n, str> {
        let tables = &self.tables;
        self.back(name, |old| (tables.contains(old) || !old.contains('.')).then_some(old))
    }

    /// A column of the table that old calls `table`.
    fn column<'n>(&'n self, table: &str, name: &'n str) -> Cow<'n, str> {
        let tables = &self.tables;
        self.back(name, |old| {
            let column = old.strip_prefix(table)?.strip_prefix('.').filter(|_| !tables.contains(old))?;
            (!column.is_empty() && !column.contains('.')).then_some(column)
        })
    }
}

/// The items of `schema`, with what of them is comparable.
pub(super) fn items(
    check: &Check,
    settings: &SchemaCheck,
    schema: &Schema,
    (side, old): (Side, &Schema),
    comparable: &[Property],
    is_one_engine: bool,
) -> Items {
    let tables = old.tables.iter().map(|(name, _)| name.as_str()).chain(settings.tables.iter().map(String::as_str));
    let names = Names { check, side, tables: tables.collect() };
    let mut found = Items { items: BTreeMap::new(), tables: BTreeSet::new() };
    for (name, table) in &schema.tables {
        let known = names.table(name).into_owned();
        found.tables.insert(known.clone());
        let whole = Item { values: [(DEFINITION, "table".to_owned())].into(), ..Item::default() };
        found.items.insert((known.clone(), TABLE.to_owned()), whole);
        for (place, column) in table.columns.iter().enumerate() {
            let name = names.column(&known, &column.name).into_owned();
            let item = Item { place: settings.is_ordered.then_some(place), ..column_item(column, &name, comparable) };
            found.items.insert((known.clone(), format!("column {name}")), item);
        }
        for part in table.parts.iter().filter(|part| comparable.contains(&part.property)) {
            let (key, item) = part_item(&names, &known, table, part, is_one_engine);
            found.add((known.clone(), key), item);
        }
    }
    found
}

fn column_item(column: &ColumnSchema, name: &str, comparable: &[Property]) -> Item {
    let mut values = BTreeMap::from([(TYPE, column.declared.clone())]);
    if column.declared.is_empty() {
        values.insert(TYPE, column.of.to_string());
    }
    if comparable.contains(&Property::Nullability) {
        values.insert(NULLABLE, if column.is_nullable { "yes" } else { "no" }.to_owned());
    }
    let has_defaults = comparable.contains(&Property::Defaults);
    if let Some(default) = column.default.as_ref().filter(|_| has_defaults) {
        values.insert(DEFAULT, default.text.clone());
    }
    Item {
        values,
        of: Some(column.of.clone()),
        default: column.default.clone().filter(|_| has_defaults),
        column: Some(name.to_owned()),
        ..Item::default()
    }
}

/// The name of a part, and the part under it.
fn part_item(names: &Names<'_>, table: &str, whole: &TableSchema, part: &Part, is_one_engine: bool) -> (String, Item) {
    // A name that reads like an expression, or like several names, is told from these.
    let is_plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_odd = |name: &String| !is_plain(name) && whole.columns.iter().any(|one| one.name == *name);
    let quoted = |name: &String| (is_odd(name), names.column(table, name).into_owned());
    let named = part.columns.iter().map(quoted);
    let columns: Vec<String> = named.map(|(odd, name)| if odd { format!("`{name}`") } else { name }).collect();
    let list = format!("({})", columns.join(", "));
    let with_text = |list: &str| match part.text.as_str() {
        "" => list.to_owned(),
        text => format!("{list} {}", spaced(text)),
    };
    let (key, definition) = match part.property {
        Property::UniqueKeys => (format!("unique {}", with_text(&list)), with_text(&list)),
        Property::Indexes => (format!("index {}", with_text(&list)), with_text(&list)),
        Property::ForeignKeys => (format!("foreign key {list}"), reference(names, table, whole, part)),
        Property::Exclusions => (format!("exclude {}", part.text), part.text.clone()),
        Property::Checks => (format!("check {}", plain(&part.text)), plain(&part.text)),
        Property::Projections => (format!("projection {}", part.text), part.text.clone()),
        Property::SkippingIndexes => (format!("skipping index {}", part.text), part.text.clone()),
        property if part.columns.is_empty() => (property.name().to_owned(), part.text.clone()),
        property => (property.name().to_owned(), with_text(&list)),
    };
    let definition = match part.own.as_str() {
        own if is_one_engine && !own.is_empty() => format!("{definition}, {own}"),
        _ => definition,
    };
    let values = [(DEFINITION, definition)].into();
    (key, Item { values, property: Some(part.property), is_implied: part.is_implied, ..Item::default() })
}

/// What a foreign key is to, in the names of old.
fn reference(names: &Names<'_>, table: &str, whole: &TableSchema, part: &Part) -> String {
    let Some((target, columns)) = &part.target else { return part.text.clone() };
    let known = names.table(target);
    // One to the same table without columns is to its primary key, which is known.
    let own = || whole.parts.iter().find(|one| one.property == Property::PrimaryKey && known == table);
    let columns = match columns.as_slice() {
        [] => own().map(|key| key.columns.clone()).unwrap_or_default(),
        columns => columns.to_vec(),
    };
    let columns: Vec<Cow<'_, str>> = columns.iter().map(|column| names.column(&known, column)).collect();
    let list = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    let text = if part.text.is_empty() { String::new() } else { format!(" {}", part.text) };
    format!("→ {known}{list}{text}")
}

/// An expression without the parentheses around it and with single spaces.
fn plain(text: &str) -> String {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let is_balanced = inner.chars().try_fold(0_i64, |depth, c| match c {
            '(' => Some(depth + 1),
            ')' if depth == 0 => None,
            ')' => Some(depth - 1),
            _ => Some(depth),
        });
        if is_balanced != Some(0) {
            break;
        }
        text = inner.trim();
    }
    spaced(text)
}

/// A text with single spaces; what stands in quotes keeps its own.
pub(super) fn spaced(text: &str) -> String {
    let (mut spaced, mut quote) = (String::new(), None);
    for c in text.trim().chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            None if c.is_whitespace() && spaced.ends_with(' ') => continue,
            _ => {}
        }
        spaced.push(if quote.is_none() && c.is_whitespace() { ' ' } else { c });
    }
    spaced
}

/// The key of an item.
pub(super) fn named((table, item): &(String, String)) -> Key {
    let [of, what] = SchemaCheck::KEY;
    Key(vec![(of.to_owned(), Some(table.clone())), (what.to_owned(), Some(item.clone()))])
}
