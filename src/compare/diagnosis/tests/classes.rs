//! What is said of a class of rows beside another finding, and of two classes that look alike.

use super::*;

fn heads(names: &[&str]) -> Vec<Head> {
    names.iter().enumerate().map(|(at, name)| Head { name: (*name).to_owned(), key: at == 0 }).collect()
}

fn add(collected: &mut Collector, class: Difference, values: Vec<Value>, changes: Vec<Change>) {
    let hash = xxhash_rust::xxh3::xxh3_64(format!("{class}{values:?}").as_bytes());
    collected.add(hash, DifferingRow { class, values, changes, copies: (1, 1), numbers: Vec::new() });
}

fn add_agreeing(collected: &mut Collector, values: Vec<Value>) {
    collected.add_agreeing(xxhash_rust::xxh3::xxh3_64(format!("{values:?}").as_bytes()), values);
}

fn said(evidence: &Evidence, rows: RowCounts, changed: &[(&'static str, u64)]) -> Vec<String> {
    let known = Known {
        rows,
        changed: changed.iter().copied().collect(),
        groups: false,
        form: DifferenceForm::Rows,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &|| false,
    };
    diagnose(evidence, &known).findings.iter().map(Finding::text).collect()
}

/// Catches rows of a class that are not counted because another sentence covers them, too.
#[test]
fn a_class_is_counted_as_a_whole_beside_rows_under_a_changed_key() {
    let mut collected = Collector::new(heads(&["id", "cat", "v"]));
    let row = |id: String, cat: &str, v: i128| vec![txt(id), txt(cat), int(v)];
    // Texts of digits, of all lengths and in no order.
    let id = |at: i128| (at * 7_919 % 100_003 % 10i128.pow(1 + (at % 5) as u32) * 10_000 + at).to_string();
    for at in 0..100 {
        let cat = if at % 2 == 0 { "a" } else { "b" };
        add(&mut collected, Difference::Missing, row(id(at), cat, at * 31 % 101), Vec::new());
        add(&mut collected, Difference::Extra, row(id(at) + "x", cat, at * 31 % 101), Vec::new());
    }
    for at in 100..140 {
        add(&mut collected, Difference::Extra, row(id(at) + "x", "a", at * 31 % 101), Vec::new());
    }
    (140..1_040).for_each(|at| add_agreeing(&mut collected, row(id(at), "c", at * 31 % 101)));
    let rows = RowCounts { missing: 100, extra: 140, old: 1_000, new: 1_040, equal: 900, ..RowCounts::default() };
    let said = said(&collected.finish(), rows, &[]);
    assert!(said.iter().any(|text| text.contains("missing rows") && text.contains("same but for its key")), "{said:?}");
    let extra = "90 of 140 extra rows (64 %) have `cat` = a, and 5 % of the other rows";
    assert!(said.iter().any(|text| text.starts_with(extra)), "{said:?}");
}

/// Catches columns that changed in different rows and are told as if each of them changed in all.
#[test]
fn columns_that_changed_in_different_rows_are_told_apart() {
    let mut collected = Collector::new(heads(&["id", "cat", "a", "b"]));
    let mut dice = dice(7);
    let mut random = move || int(i128::from(dice(1_000_000)));
    for at in 0..120 {
        let values = vec![random(), txt("x"), random(), random()];
        let column = 2 + at % 2;
        let change = Change::new(column, values[column].clone(), random());
        add(&mut collected, Difference::Changed, values, vec![change]);
    }
    (0..1_000).for_each(|_| add_agreeing(&mut collected, vec![random(), txt("y"), random(), random()]));
    let rows = RowCounts { changed: 120, old: 1_120, new: 1_120, equal: 1_000, ..RowCounts::default() };
    let said = said(&collected.finish(), rows, &[("a", 60), ("b", 60)]);
    for column in ["a", "b"] {
        let alone = format!("all 60 changed `{column}` have `cat` = x");
        assert!(said.iter().any(|text| text.starts_with(&alone)), "{said:?}");
    }
}

/// Catches a change of text that is told of two texts which are the same, and a key that is named where there is none.
#[test]
fn what_is_the_same_and_what_is_no_key_is_not_told() {
    let same = (0..40).map(|at| (txt(format!("2026-01-{at} 00:00")), txt(format!("2026-01-{at} 00:00"))));
    assert!(told(&evidence(same.collect())).0.is_empty());
    let heads = ["name", "n"].map(|name| Head { name: name.to_owned(), key: true });
    let mut collected = Collector::new(heads.to_vec());
    for at in 1..=50 {
        add(&mut collected, Difference::Missing, vec![txt(format!("r{at}")), int(at)], Vec::new());
        add(&mut collected, Difference::Extra, vec![txt(format!("r{at}")), int(-at)], Vec::new());
    }
    let rows = RowCounts { missing: 50, extra: 50, old: 500, new: 500, equal: 450, ..RowCounts::default() };
    let said = said(&collected.finish(), rows, &[]);
    assert!(said[0].contains("but for `n`") && !said.iter().any(|text| text.contains("its key")), "{said:?}");
}
