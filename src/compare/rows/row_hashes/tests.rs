use super::*;
use crate::compare::verdicts::{frame, integers, rows, texts};
use crate::frame::{Type, Value};

const SEEDS: [u64; 2] = [5, 6];

fn hashed(frame: &Frame, key: &[&str], seeds: [u64; 2]) -> Vec<(u64, u64)> {
    let plan = ComparePlan::new(&rows(key), frame, frame).unwrap();
    let mut hasher = RowHasher::new(&plan, seeds);
    let mut numbers = vec![0; plan.compared()];
    let first: Vec<_> = hasher.rows(&plan, Side::Old, frame, &mut numbers).unwrap().collect();
    let counted = numbers.clone();
    // Buffers that are used again hold nothing of the batch before.
    let again: Vec<_> = hasher.rows(&plan, Side::New, frame, &mut numbers).unwrap().collect();
    assert_eq!(first, again);
    assert!(numbers.iter().zip(counted).all(|(both, one)| *both == 2 * one));
    let keys: Vec<_> = hasher.keys(&plan, Side::Old, frame).unwrap().collect();
    assert_eq!(keys, first.iter().map(|(key, _)| *key).collect::<Vec<_>>());
    first
}

/// Catches columns that pass for each other, in a key and beside one, and NULL in one for NULL in another.
#[test]
fn columns_do_not_pass_for_each_other() {
    let text = |values: [Option<&str>; 4]| {
        values.iter().map(|v| v.map_or(Value::Null, |v| Value::Text(v.into()))).collect::<Vec<_>>()
    };
    let table = frame(vec![
        integers("id", &[1, 1, 1, 1]),
        ("a", Type::Text, text([Some("x"), Some("y"), None, Some("xy")])),
        ("b", Type::Text, text([Some("y"), Some("x"), Some("xy"), None])),
    ]);
    for key in [vec!["id"], vec!["a", "b"], vec!["id", "a"], vec![]] {
        let found = hashed(&table, &key, SEEDS);
        for (at, (one_key, one_row)) in found.iter().enumerate() {
            for (other_key, other_row) in &found[at + 1..] {
                assert_ne!(one_row, other_row, "{key:?}");
                assert_eq!(one_key == other_key, !key.contains(&"a"), "{key:?}");
            }
            assert_ne!(one_key, one_row);
        }
        let others = hashed(&table, &key, [6, 5]);
        assert!(found.iter().zip(others).all(|(one, other)| one.0 != other.0 && one.1 != other.1), "seeds");
    }
}

/// Catches hashes of keys in a row that fall into few partitions.
#[test]
fn keys_in_a_row_fall_into_all_partitions_alike() {
    let ids: Vec<i128> = (0..1 << 14).collect();
    let names: Vec<String> = ids.iter().map(|id| format!("customer-{id}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let table = frame(vec![integers("id", &ids), texts("name", &names)]);
    for key in ["id", "name"] {
        for seed in 0..20 {
            let mut parts = [0u32; 64];
            for (hash, _) in hashed(&table, &[key], [seed, 1]) {
                parts[(hash >> 58) as usize] += 1;
            }
            // 256 each; ten standard deviations.
            assert!(parts.iter().all(|count| (96..416).contains(count)), "{key} {seed}: {parts:?}");
        }
    }
}
