//! What differs and what of it is accepted, as slowly and plainly as can be, written only for this test.

use std::collections::{BTreeMap, BTreeSet};

use super::pairs::{Row, Tables};

/// A kind of check.
pub(super) struct Case {
    pub name: &'static str,
    /// Its settings and queries.
    pub text: &'static str,
}

const ROWS: &str = "kind = \"rows\"\nkey = [\"number\", \"word\"]\ncolumns.price = { type = \"decimal(38, 6)\" }\n\
                    old = \"SELECT * FROM {t}\"\nnew = \"SELECT * FROM {t}\"\n";

/// Every form of difference: rows, rows under keys that may stand often, rows with a tolerance, masked ones, numbers by
/// key, counts, tags and violations.
pub(super) fn cases() -> Vec<(Case, String)> {
    let of = |name, text| Case { name, text };
    let cases = [
        of("rows", ""),
        of("often", "duplicates = \"allow\"\n"),
        of("loose", "columns.amount = { absolute = \"0.5\" }\n"),
        of("masked", "mask = [\"word\", \"text\", \"amount\"]\n"),
        of(
            "sum",
            "kind = \"sum\"\nkey = \"number\"\ncolumns.amount = { absolute = \"0.5\" }\n\
             columns.price = { type = \"decimal(38, 6)\" }\nold = \"SELECT number, amount, price FROM {t}\"\n\
             new = \"SELECT number, amount, price FROM {t}\"\n",
        ),
        of(
            "count",
            "kind = \"row_count\"\nkey = \"word\"\nold = \"SELECT word, count(*) AS n FROM {t} GROUP BY word\"\n\
             new = \"SELECT word, count(*) AS n FROM {t} GROUP BY word\"\n",
        ),
        of(
            "tags",
            "kind = \"tag_dedup\"\nkey = \"number\"\nold = \"SELECT number, word FROM {t}\"\n\
             new = \"SELECT number, word FROM {t}\"\n",
        ),
        of(
            "dear",
            "kind = \"invariant\"\nkey = \"number\"\nnew = \"SELECT number, text, moment FROM {t} WHERE amount > 5\"\n",
        ),
    ];
    let whole = |case: Case| {
        let text = if case.text.contains("kind") { case.text.to_owned() } else { ROWS.to_owned() + case.text };
        (case, text)
    };
    cases.into_iter().map(whole).collect()
}

impl Case {
    /// Makes the tables fit the kind: a tolerance and a sum want one row of a key. Where a key may have several, rows that
    /// are equal are written alike, because any of them may be the one that is left over.
    pub(super) fn fit(&self, tables: &mut Tables) {
        match self.name {
            "loose" => tables.thin(|row| (row.number, row.word)),
            "sum" => tables.thin(|row| (row.number, None)),
            _ => tables.old.iter_mut().chain(&mut tables.new).for_each(|row| row.zeros = 0),
        }
    }

    fn key(&self, row: &Row) -> String {
        match self.name {
            "sum" | "tags" | "dear" => format!("{:?}", row.number),
            "count" => format!("{:?}", row.word),
            _ => format!("{:?} {:?}", row.number, row.word),
        }
    }

    /// The values that are compared, by column.
    fn values(&self, row: &Row) -> Vec<(&'static str, String)> {
        let number = |name, value: Option<i64>| (name, format!("{value:?}"));
        let place = |name, value: Option<usize>| (name, format!("{value:?}"));
        let (amount, price) = (number("amount", row.amount), number("price", row.price));
        match self.name {
            "sum" => vec![amount, price],
            "dear" => vec![place("text", row.text), place("moment", row.moment)],
            _ => {
                vec![place("text", row.text), amount, price, number("ratio", row.halves), place("moment", row.moment)]
            }
        }
    }

    /// The values as they are told: text that is compared as a number stays the text that it is.
    fn told(&self, row: &Row) -> Vec<(&'static str, String)> {
        let zeros = |name| if name == "price" && row.price.is_some() { "0".repeat(row.zeros) } else { String::new() };
        self.values(row).into_iter().map(|(name, value)| (name, value + &zeros(name))).collect()
    }

    fn holds(&self, column: &str, old: &Row, new: &Row) -> bool {
        let is_loose = column == "amount" && ["loose", "sum"].contains(&self.name);
        is_loose && old.amount.zip(new.amount).is_some_and(|(old, new)| (old - new).abs() <= 50)
    }

    /// What differs, each with how often it does. Of rows on one side only `values` says whether theirs tell them apart:
    /// a waiver names such a row by its key, a baseline knows all of it. A group on one side only is its numbers to both.
    pub(super) fn differences(&self, tables: &Tables, values: bool) -> Differences {
        let mut found = Differences::default();
        let of_key = |rows: &[Row], key: &str| rows.iter().filter(|row| self.key(row) == key).cloned().collect();
        let keys: BTreeSet<String> = tables.old.iter().chain(&tables.new).map(|row| self.key(row)).collect();
        for key in &keys {
            let (old, new): (Vec<Row>, Vec<Row>) = (of_key(&tables.old, key), of_key(&tables.new, key));
            match self.name {
                "count" => {
                    let (old, new) = (old.len(), new.len());
                    let name = if new == 0 {
                        "missing"
                    } else if old == 0 {
                        "extra"
                    } else {
                        "changed"
                    };
                    found.add(old != new, [name, key, &format!("{old} {new}")]);
                }
                "tags" => self.tags(&mut found, key, &old, &new),
                "dear" => {
                    for row in new.iter().filter(|row| row.amount.is_some_and(|amount| amount > 500)) {
                        found.add(true, ["violation", key, &self.whole(row, values)]);
                    }
                }
                _ => self.rows(&mut found, key, old, new, values),
            }
        }
        found
    }

    fn whole(&self, row: &Row, values: bool) -> String {
        if values { format!("{:?}", self.told(row)) } else { String::new() }
    }

    fn tags(&self, found: &mut Differences, key: &str, old: &[Row], new: &[Row]) {
        let tags: BTreeSet<usize> = old.iter().chain(new).filter_map(|row| row.word).collect();
        for tag in tags {
            let [old, new] = [old, new].map(|rows| rows.iter().filter(|row| row.word == Some(tag)).count());
            let tag = format!("{key} {tag}");
            found.add(new == 0, ["lost", &tag, ""]);
            found.add(old == 0, ["added", &tag, ""]);
            found.add(new > 1, ["duplicate", &tag, &format!("{old} {new}")]);
        }
    }

    /// Rows that are the same pair first; one left on each side is changed, unless its key stands more than once.
    fn rows(&self, found: &mut Differences, key: &str, mut old: Vec<Row>, mut new: Vec<Row>, values: bool) {
        let counts = format!("{} {}", old.len(), new.len());
        let twice = old.len() > 1 || new.len() > 1;
        found.add(twice && self.name != "often", ["duplicate", key, &counts]);
        old.retain(|row| match new.iter().position(|other| self.values(other) == self.values(row)) {
            Some(at) => {
                new.remove(at);
                false
            }
            None => true,
        });
        if let ([old], [new], false) = (&old[..], &new[..], twice) {
            let told = self.told(old).into_iter().zip(self.told(new));
            for (at, ((column, before), (_, after))) in told.enumerate() {
                let differs = self.values(old)[at] != self.values(new)[at] && !self.holds(column, old, new);
                found.add(differs, ["changed", &format!("{key} {column}"), &format!("{before} {after}")]);
            }
            return;
        }
        let values = values || self.name == "sum";
        old.iter().for_each(|row| found.add(true, ["missing", key, &self.whole(row, values)]));
        new.iter().for_each(|row| found.add(true, ["extra", key, &self.whole(row, values)]));
    }
}

/// Differences by kind, place and values, each with its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Differences(BTreeMap<String, usize>);

impl Differences {
    fn add(&mut self, differs: bool, parts: [&str; 3]) {
        if differs {
            *self.0.entry(parts.join(" | ")).or_default() += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each of them is among `known`, as often.
    pub(super) fn are_all_in(&self, known: &Differences) -> bool {
        self.0.iter().all(|(one, count)| known.0.get(one).is_some_and(|known| count <= known))
    }
}
