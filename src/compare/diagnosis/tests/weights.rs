//! Groups that carry a difference: named before those that hardly add to it, and nothing where all weigh alike.

use super::*;

/// Costs by day and model, each with what it is in new; days and models by their numbers.
fn groups(new: impl Fn(i128, i128, i128) -> i128) -> Evidence {
    let head = |name: &str, key| Head { name: name.to_owned(), key };
    let mut collected = Collector::new(vec![head("day", true), head("model", true), head("cost", false)]);
    for (day, model) in (0..20).flat_map(|day| (0..25).map(move |model| (day, model))) {
        let hash = row_hash((day * 100 + model) as u64);
        let old = 1_000 + (day * 31 + model * 17) % 400;
        let values = vec![int(day), txt(format!("m{model:02}")), int(old)];
        let new = new(day, model, old);
        if new == old {
            collected.add_agreeing(hash, values);
            continue;
        }
        let changes = vec![Change::new(2, int(old), int(new))];
        collected.add(
            hash,
            DifferingRow { class: Difference::Changed, values, changes, copies: (1, 1), numbers: Vec::new() },
        );
    }
    collected.finish()
}

fn found(evidence: &Evidence) -> Vec<Finding> {
    let changed = evidence.rows.len() as u64;
    let known = Known {
        rows: RowCounts { changed, old: 500, new: 500, equal: 500 - changed, ..RowCounts::default() },
        changed: BTreeMap::from([("cost", changed)]),
        groups: true,
        form: DifferenceForm::Numbers,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &|| false,
    };
    diagnose(evidence, &known).findings
}

fn texts(evidence: &Evidence) -> Vec<String> {
    found(evidence).iter().map(Finding::text).collect()
}

/// Catches groups that carry the difference and stand behind many that hardly do, or without what they have in common, and a share
/// that is not theirs.
#[test]
fn groups_that_carry_the_difference_come_first() {
    let mut dice = dice(3);
    let noise: Vec<i128> = (0..500).map(|_| i128::from(dice(3))).collect();
    let small = |day: i128, model: i128| noise[(day * 25 + model) as usize];
    let of_model = groups(|day, model, old| if model == 7 { old - 400 } else { old - small(day, model) });
    let said = texts(&of_model);
    let changed = of_model.rows.len();
    let told =
        ": these carry 94 % of the whole difference; all of these have `model` = m07, and none of 480 other groups";
    assert!(
        said[0].starts_with(&format!("20 of {changed} groups that differ in `cost` (")) && said[0].ends_with(told),
        "{said:?}"
    );
    // Two of many, which have nothing in common that two rows could show.
    let two = groups(|day, model, old| {
        if (day, model) == (3, 4) || (day, model) == (11, 19) { old - 900_000 } else { old - small(day, model) }
    });
    let said = texts(&two);
    assert_eq!(
        said[0],
        format!(
            "2 of {} groups that differ in `cost` (0.6 %): these carry 99 % of the whole difference",
            two.rows.len()
        )
    );
}

/// Catches a factor of some groups that is told without which groups those are.
#[test]
fn a_factor_is_told_with_the_groups_that_have_it() {
    let said = texts(&groups(|_, model, old| if model == 7 { old * 1_000 } else { old }));
    assert_eq!(
        said[0],
        "all 20 changed `cost`: new is old × 1000; all of these have `model` = m07, and none of 480 other groups"
    );
    assert_eq!(said.len(), 1, "{said:?}");
}

/// Catches something that is said of weights that are even, or as uneven as chance makes them: in more than one of a hundred tables.
#[test]
fn nothing_is_said_of_weights_that_chance_makes() {
    let mut told = Vec::new();
    for seed in 0..100 {
        let mut dice = dice(seed * 13 + 1);
        let lost: Vec<i128> =
            (0..500).map(|_| if dice(3) == 0 { 0 } else { i128::from(dice(100) * dice(10)) }).collect();
        let said = texts(&groups(|day, model, old| old - lost[(day * 25 + model) as usize]));
        told.extend((!said.is_empty()).then_some((seed, said)));
    }
    assert!(told.len() <= 1, "{told:?}");
    let even = texts(&groups(|_, _, old| old - 5 - old % 3));
    assert!(!even.iter().any(|text| text.contains("carry")), "{even:?}");
    let few = texts(&groups(|day, model, old| if (day, model) < (0, 9) { old - 7 * (model + 1).pow(5) } else { old }));
    assert!(!few.iter().any(|text| text.contains("carry")), "{few:?}");
}
