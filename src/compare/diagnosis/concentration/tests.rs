//! Planted places of differing rows, each of which must be named; and silence where there is none.

use super::*;
use crate::compare::diagnosis::evidence::Head;
use crate::frame::Value;
use crate::frame::time::timestamp;

/// Numbers that look drawn, the same in every run.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below.max(1)
    }
}

fn heads() -> Vec<Head> {
    let head = |(at, name): (usize, &str)| Head { name: name.to_owned(), key: at == 0 };
    ["id", "tenant", "country", "note", "amount", "at"].into_iter().enumerate().map(head).collect()
}

/// Orders of 400 tenants, nearly all from one country, over some weeks.
fn rows(seed: u64, count: usize) -> Vec<Vec<Value>> {
    let mut dice = dice(seed);
    let start = match timestamp("2026-01-01 00:00:00").unwrap() {
        Value::WallClock(nanos) => nanos,
        _ => 0,
    };
    let mut row = |id: usize| {
        let country = if dice(100) < 97 { Value::Text("DE".into()) } else { Value::Text("AT".into()) };
        let note = if dice(10) == 0 { Value::Null } else { Value::Text("x".repeat(1 + dice(300) as usize)) };
        vec![
            Value::Integer(id as i128),
            Value::Integer(i128::from(dice(400))),
            country,
            note,
            Value::Decimal { unscaled: i128::from(dice(100_000)), scale: 2 },
            Value::WallClock(start + i128::from(dice(60 * 86_400)) * 1_000_000_000),
        ]
    };
    (1..=count).map(&mut row).collect()
}

/// What is said of the rows that `differs` picks.
fn said(rows: &[Vec<Value>], differs: impl Fn(&[Value]) -> bool) -> Vec<String> {
    said_of(&heads(), rows, |at| differs(&rows[at]))
}

/// What is said of the rows, in the order of their keys, whose numbers `differs` picks.
fn said_of(heads: &[Head], rows: &[Vec<Value>], differs: impl Fn(usize) -> bool) -> Vec<String> {
    let ranked =
        || rows.iter().enumerate().map(|(at, row)| RowInOrder { number: at, values: row, rank: Some(at as u64) });
    let class: Vec<RowInOrder<'_>> =
        ranked().filter(|row| row.rank.is_some_and(|rank| differs(rank as usize))).collect();
    let others: Vec<RowInOrder<'_>> =
        ranked().filter(|row| !row.rank.is_some_and(|rank| differs(rank as usize))).collect();
    let (all, ranked) = (others.len() as u64, rows.len() as u64);
    let values: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
    let index = Index::of(&values, heads, &|_| false, &|| false);
    let background =
        Background { columns: heads, others: &others, all, index: &index, ranked, collated: false, late: &|| false };
    let one = |term: &Shown| {
        let property = term.property.as_ref().map_or(String::new(), |property| format!(" {property}"));
        let end = |end: &Option<String>| end.clone().unwrap_or_default();
        match (&term.is, term.null) {
            (_, true) => format!("{}{property} NULL", term.column),
            (Some(is), _) => format!("{}{property} = {is}", term.column),
            (None, _) => format!("{}{property} {}..{}", term.column, end(&term.from), end(&term.to)),
        }
    };
    let found = shared(&class, &class, None, 3, &background);
    found
        .iter()
        .map(|found| found.terms.iter().map(one).collect::<Vec<_>>().join(" and ") + &format!(": {}", found.rows.len()))
        .collect()
}

fn text(value: &Value) -> String {
    crate::compare::value::display::shown(value).unwrap_or_default()
}

fn integer(value: &Value) -> i128 {
    match value {
        Value::Integer(number) => *number,
        Value::Decimal { unscaled, .. } => *unscaled,
        _ => -1,
    }
}

/// Something to plant, with how it is told.
type Planted = (&'static str, Place);

/// Whether a row is among those that differ.
type Place = Box<dyn Fn(&[Value]) -> bool>;

fn planted() -> Vec<Planted> {
    fn plant(f: impl Fn(&[Value]) -> bool + 'static) -> Place {
        Box::new(f)
    }
    vec![
        ("tenant = 71", plant(|row| integer(&row[1]) == 71)),
        ("country = AT", plant(|row| text(&row[2]) == "AT")),
        ("note NULL", plant(|row| row[3] == Value::Null)),
        ("note length 256..", plant(|row| text(&row[3]).len() > 255)),
        ("at day = 2026-01-17", plant(|row| text(&row[5]).starts_with("2026-01-17"))),
        ("at hour = 3", plant(|row| text(&row[5])[11..13] == *"03")),
        ("at month end = last day", plant(|row| text(&row[5]).starts_with("2026-01-31"))),
        ("id mod 500 = 0", plant(|row| integer(&row[0]) % 500 == 0)),
        ("id mod 10 = 7", plant(|row| integer(&row[0]) % 10 == 7)),
        ("id 9001..", plant(|row| integer(&row[0]) > 9_000)),
        ("id 3000..3300", plant(|row| (3_000..=3_300).contains(&integer(&row[0])))),
        ("country = AT and note NULL", plant(|row| text(&row[2]) == "AT" && row[3] == Value::Null)),
    ]
}

/// Catches a place that is not named, or by another name, or that is counted wrongly.
#[test]
fn every_planted_place_is_named() {
    let rows = rows(3, 10_000);
    let wrong = planted().into_iter().filter_map(|(name, differs)| {
        let count = rows.iter().filter(|row| differs(row)).count();
        let said = said(&rows, &differs);
        // The last day of a month is a day, too, and there is only one in these weeks.
        let wanted = if name.contains("month end") { "at day = 2026-01-31" } else { name };
        (said != [format!("{wanted}: {count}")]).then_some((name, count, said))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

/// Catches rows at the ends of pages that are not found where no remainder of the key tells them: keys of text, and integers with
/// gaps.
#[test]
fn rows_at_the_ends_of_pages_are_named() {
    for (size, lost, name) in
        [(500, 499, "id page of 500 = last"), (1_000, 0, "id page of 1000 = first"), (100, 99, "id page of 100 = last")]
    {
        let mut rows = rows(9, 12_000);
        let mut dice = dice(77);
        let mut next = 0;
        for (at, row) in rows.iter_mut().enumerate() {
            next += 1 + i128::from(dice(9));
            row[0] = if size == 100 { Value::Text(format!("k{next:08}")) } else { Value::Integer(next) };
            row[1] = Value::Integer(at as i128 % size);
        }
        let count = 12_000 / size;
        // What says the place itself is not asked.
        let heads: Vec<Head> =
            heads().into_iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, head)| head).collect();
        let places: Vec<i128> = rows.iter_mut().map(|row| integer(&row.remove(1))).collect();
        let said = said_of(&heads, &rows, |at| places[at] == lost);
        assert_eq!(said, [format!("{name}: {count}")]);
    }
}

/// Catches a place that rows elsewhere hide, and one that is named although rows differ everywhere.
#[test]
fn a_place_is_named_beside_noise() {
    let rows = rows(4, 10_000);
    for (name, differs) in
        planted().into_iter().filter(|(name, _)| ["tenant = 71", "id 3000..3300", "at hour = 3"].contains(name))
    {
        let count = rows.iter().filter(|row| differs(row)).count() as i128;
        // A fiftieth of the differing rows lies elsewhere.
        let step = (10_000 * 50 / count).max(1);
        let said = said(&rows, |row| differs(row) || integer(&row[0]) * 7_919 % step == 1);
        assert!(said.first().is_some_and(|first| first.starts_with(name)), "{name}: {said:?}");
    }
}

/// Catches something that is said of rows that differ by chance: in more than one of a hundred tables.
#[test]
fn nothing_is_said_of_rows_that_differ_by_chance() {
    let mut told = Vec::new();
    for seed in 0..100 {
        let rows = rows(seed + 1_000, 2_000);
        let mut dice = dice(seed * 31 + 7);
        let chosen: std::collections::HashSet<i128> = (0..30).map(|_| i128::from(dice(2_000)) + 1).collect();
        let said = said(&rows, |row| chosen.contains(&integer(&row[0])));
        told.extend((!said.is_empty()).then_some((seed, said)));
    }
    assert!(told.len() <= 1, "{told:?}");
}

/// Catches a value that nearly all rows have and that is told for it.
#[test]
fn what_most_rows_have_says_nothing() {
    let rows = rows(8, 10_000);
    let said = said(&rows, |row| integer(&row[0]) % 97 == 5 && text(&row[2]) == "DE");
    assert!(said.iter().all(|said| !said.contains("country = DE:")), "{said:?}");
    // Only differing rows: nothing to hold them against.
    assert!(super::tests::said(&rows[..50], |_| true).is_empty());
}
