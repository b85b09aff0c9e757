//! In which order the tables of a file are changed, so that no row refers to one that is not there.

use std::collections::BTreeSet;

use super::statement::Phase;
use super::target::Target;

/// The tables, those that others refer to before these.
pub(super) struct Order {
    tables: Vec<Place>,
    /// Whether each table comes behind all that it refers to.
    is_known: bool,
}

/// A table in the order.
#[derive(Clone)]
struct Place {
    name: String,
    references: BTreeSet<String>,
    /// Whether a table of the file refers to it.
    is_parent: bool,
}

impl Place {
    fn refers_to(&self, name: &str) -> bool {
        self.references.contains(&last_part(name))
    }
}

impl Order {
    pub(super) fn of(targets: &[&Target]) -> Order {
        let mut left: Vec<Place> = Vec::new();
        for target in targets {
            let name = target.name.to_string();
            if !left.iter().any(|known| known.name == name) {
                let references = target.references.iter().map(|name| last_part(name)).collect();
                left.push(Place { name, references, is_parent: false });
            }
        }
        let parent: Vec<bool> = left.iter().map(|one| left.iter().any(|other| other.refers_to(&one.name))).collect();
        left.iter_mut().zip(parent).for_each(|(one, is_parent)| one.is_parent = is_parent);
        let as_given = left.clone();
        let mut tables: Vec<Place> = Vec::new();
        while !left.is_empty() {
            let waits = |one: &Place| left.iter().any(|other| other.name != one.name && one.refers_to(&other.name));
            match left.iter().position(|one| !waits(one)) {
                Some(at) => tables.push(left.remove(at)),
                None => return Order { tables: as_given, is_known: false },
            }
        }
        Order { tables, is_known: true }
    }

    /// What is said of it.
    pub(super) fn says(&self) -> &'static str {
        match (self.is_known, self.tables.iter().any(|one| one.is_parent)) {
            (true, false) => {
                "order: rows that old lacks go, then values are changed, then rows that new lacks are added"
            }
            (true, true) => {
                "order: rows are added and values changed in tables before those that refer to them; rows that others may refer to \
                 go last"
            }
            (false, _) => {
                "order: all rows are added, then values are changed, then rows go, since the foreign keys of the tables lead in a circle"
            }
        }
    }

    /// What is done in which table, one after the other.
    ///
    /// A row is there before one refers to it, and nothing refers to it any more when it goes. Where nothing does, it goes at
    /// first, so that what is unique of it can be given to another.
    pub(super) fn steps(&self) -> Vec<(&str, Phase)> {
        let of = |phase: Phase| self.tables.iter().map(move |one| (one.name.as_str(), phase));
        if !self.is_known {
            return of(Phase::Insert).chain(of(Phase::Update)).chain(of(Phase::Delete)).collect();
        }
        let going = |is_parent: bool| {
            let those = self.tables.iter().rev().filter(move |one| one.is_parent == is_parent);
            those.map(|one| (one.name.as_str(), Phase::Delete))
        };
        let coming = self.tables.iter().flat_map(|one| {
            // A row may come to refer to one of its own table that is added.
            let phases = match one.refers_to(&one.name) {
                true => [Phase::Insert, Phase::Update],
                false => [Phase::Update, Phase::Insert],
            };
            phases.map(|phase| (one.name.as_str(), phase))
        });
        going(false).chain(coming).chain(going(true)).collect()
    }
}

/// A table's name without its schema and quotes.
fn last_part(name: &str) -> String {
    name.rsplit('.').next().unwrap_or(name).trim_matches(['"', '`']).to_lowercase()
}
