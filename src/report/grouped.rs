//! Keyed counts and sums in words: their rows are groups, such as days, and not rows of a table.

use super::text::{plural, thousands, visible};
use crate::model::{CheckReport, Measure, Quantity, RowCounts, percent};

/// The groups of a check, by the name of their key.
pub(super) struct Groups {
    one: &'static str,
    rows: RowCounts,
}

/// Keys that name what a group is.
const NAMED: [(&str, &str); 7] = [
    ("day", "day"),
    ("date", "day"),
    ("hour", "hour"),
    ("week", "week"),
    ("month", "month"),
    ("quarter", "quarter"),
    ("year", "year"),
];

impl Groups {
    /// Returns the groups of `check`, where its rows are such.
    pub(super) fn of(check: &CheckReport) -> Option<Groups> {
        let rows = check.outcome.rows().filter(|_| check.kind.profile().groups)?;
        let key = check.outcome.measures().first().map(|measure| measure.key.0.as_slice()).unwrap_or_default();
        let named = match key {
            [(name, _)] => NAMED.iter().find(|(key, _)| *key == name.to_lowercase()).map(|(_, one)| *one),
            _ => None,
        };
        Some(Groups { one: named.unwrap_or("group"), rows })
    }

    /// `7 days`.
    pub(super) fn counted(&self, count: u64) -> String {
        plural(count, self.one)
    }

    /// What a line of counts begins with: `days`.
    pub(super) fn name(&self) -> String {
        format!("{}s", self.one)
    }

    /// `1 of 14 days missing`, `3 changed`; the first says of how many.
    pub(super) fn differing(&self) -> Vec<String> {
        let rows = self.rows;
        let sorts =
            [("missing", rows.missing, rows.old), ("extra", rows.extra, rows.new), ("changed", rows.changed, rows.old)];
        let mut told: Vec<String> = Vec::new();
        for (name, count, of) in sorts.into_iter().filter(|(_, count, _)| *count > 0) {
            let of = if told.is_empty() { format!(" of {}", self.counted(of)) } else { String::new() };
            told.push(format!("{}{of} {name}", thousands(count)));
        }
        told
    }
}

/// What all groups come to together, where all numbers are listed and whole: `traces -13 in all (-11 %)`.
pub(super) fn net(check: &CheckReport) -> Option<String> {
    let measures = check.outcome.measures();
    let totals = check.outcome.totals()?;
    if totals.outside == 0 || totals.compared != measures.len() as u64 || Groups::of(check).is_none() {
        return None;
    }
    let mut quantities: Vec<&Quantity> = measures.iter().map(|measure| &measure.quantity).collect();
    quantities.dedup();
    let [quantity] = quantities.as_slice() else { return None };
    // A group that a side lacks adds nothing to it.
    let sum = |side: fn(&Measure) -> Option<&String>| {
        let mut values = measures.iter().map(|one| side(one).map_or(Some(0), |text| text.parse::<i128>().ok()));
        values.try_fold(0_i128, |sum, value| sum.checked_add(value?))
    };
    let (old, new) = (sum(|one| one.old.as_ref())?, sum(|one| one.new.as_ref())?);
    let name = visible(&quantity.to_string());
    let moved = new.checked_sub(old)?;
    if moved == 0 {
        return Some(format!("{name} the same in all"));
    }
    let sign = if moved < 0 { "-" } else { "+" };
    let share = percent(moved.unsigned_abs() as f64 / old.unsigned_abs() as f64);
    let share = if old == 0 { String::new() } else { format!(" ({sign}{share})") };
    let amount = u64::try_from(moved.unsigned_abs()).map_or_else(|_| moved.unsigned_abs().to_string(), thousands);
    Some(format!("{name} {sign}{amount} in all{share}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Key, Kind, NumberFindings, Outcome, Totals};

    fn check(key: &str, values: &[(Option<&str>, Option<&str>)]) -> CheckReport {
        let measures = values.iter().enumerate().map(|(at, (old, new))| Measure {
            quantity: Quantity::Column("traces".to_owned()),
            key: Key(vec![(key.to_owned(), Some(format!("2026-01-{:02}", at + 1)))]),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            delta: None,
            tolerance: "exact".to_owned(),
            within: old == new,
            level: None,
            count: None,
        });
        let measures: Vec<Measure> = measures.collect();
        let count = |wanted: fn(&Measure) -> bool| measures.iter().filter(|one| wanted(one)).count() as u64;
        let rows = RowCounts {
            old: count(|one| one.old.is_some()),
            new: count(|one| one.new.is_some()),
            equal: count(|one| one.within),
            missing: count(|one| one.new.is_none()),
            extra: count(|one| one.old.is_none()),
            changed: count(|one| !one.within && one.old.is_some() && one.new.is_some()),
            ..RowCounts::default()
        };
        let totals = Totals { compared: measures.len() as u64, outside: count(|one| !one.within) };
        let outcome =
            Outcome::Numbers(NumberFindings { measures, totals, rows: Some(rows), ..NumberFindings::default() });
        CheckReport { outcome, ..CheckReport::new("s.c", Kind::RowCount) }
    }

    /// Catches groups that are called rows, a total that leaves out a group of one side, and a share of the wrong side.
    #[test]
    fn groups_are_told_by_their_key_and_in_all() {
        let one =
            check("day", &[(Some("10"), Some("10")), (Some("80"), None), (None, Some("5")), (Some("10"), Some("12"))]);
        let groups = Groups::of(&one).unwrap();
        assert_eq!(groups.differing(), ["1 of 3 days missing", "1 extra", "1 changed"]);
        assert_eq!(net(&one).unwrap(), "traces -73 in all (-73 %)");
        let moved = check("model", &[(Some("48"), Some("47")), (Some("48"), Some("49"))]);
        assert_eq!(Groups::of(&moved).unwrap().differing(), ["2 of 2 groups changed"]);
        assert_eq!(net(&moved).unwrap(), "traces the same in all");
    }

    /// Catches a total of what is listed in place of all, and one of numbers that are not whole.
    #[test]
    fn what_is_not_known_whole_is_not_told() {
        let mut one = check("day", &[(Some("1"), Some("2"))]);
        let Outcome::Numbers(found) = &mut one.outcome else { unreachable!() };
        found.totals.compared = 2;
        assert!(net(&one).is_none());
        assert!(net(&check("day", &[(Some("1.5"), Some("2"))])).is_none());
        assert!(net(&check("day", &[(Some("1"), Some("1"))])).is_none(), "nothing differs");
    }
}
