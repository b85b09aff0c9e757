#![expect(clippy::float_cmp, reason = "the exact float is what is asserted")]

use std::collections::{BTreeMap, BTreeSet};

use super::planted::shop;
use super::shop::{New, Shop};
use super::{Error, FILES, MARKER, create, planted};

/// What a key counts in old and in new, where the two differ.
fn differing<K: Ord + Clone>(old: impl Iterator<Item = K>, new: impl Iterator<Item = K>) -> BTreeMap<K, (u64, u64)> {
    let mut counts: BTreeMap<K, (u64, u64)> = BTreeMap::new();
    old.for_each(|key| counts.entry(key).or_default().0 += 1);
    new.for_each(|key| counts.entry(key).or_default().1 += 1);
    counts.retain(|_, (old, new)| old != new);
    counts
}

/// Every trace of old as new should hold it, computed without the generator's own migration.
fn expected_traces(shop: &Shop) -> impl Iterator<Item = (String, String, i64, i32, i64, i128)> + '_ {
    shop.old.traces.iter().map(|trace| {
        let steps = shop.old.observations.iter().filter(|step| step.trace_id == trace.id);
        let (mut spans, mut nanos) = (0, 0);
        for step in steps {
            spans += 1;
            nanos += i128::from(step.cost_nanos.unwrap_or(0));
        }
        let user = trace.user_id.clone().unwrap_or_default();
        (trace.id.clone(), user, trace.started_at / 1_000, trace.day, spans, nanos * 1_000)
    })
}

fn found_traces(new: &New) -> impl Iterator<Item = (String, String, i64, i32, i64, i128)> + '_ {
    new.traces.iter().map(|trace| {
        assert_eq!(trace.started_at % 1_000, 0);
        let at = trace.started_at / 1_000;
        (trace.trace_id.clone(), trace.user_id.clone(), at, trace.day, trace.spans, trace.cost_picos)
    })
}

type Step = (String, String, Option<String>, i64, i64, Option<i64>, Option<i128>);

fn expected_spans(shop: &Shop) -> impl Iterator<Item = Step> + '_ {
    shop.old.observations.iter().map(|step| {
        let cost = step.cost_nanos.map(|nanos| i128::from(nanos) * 1_000);
        let at = step.started_at / 1_000;
        (step.id.clone(), step.trace_id.clone(), step.model.clone(), at, step.latency_ms, step.input_tokens, cost)
    })
}

fn found_spans(new: &New) -> impl Iterator<Item = Step> + '_ {
    new.spans.iter().map(|span| {
        let at = span.started_at / 1_000;
        (
            span.span_id.clone(),
            span.trace_id.clone(),
            span.model.clone(),
            at,
            span.latency_ms,
            span.input_tokens,
            span.cost_picos,
        )
    })
}

fn tags(new: &New) -> impl Iterator<Item = (String, String)> + '_ {
    new.traces.iter().flat_map(|trace| trace.tags.iter().map(|tag| (trace.trace_id.clone(), tag.clone())))
}

fn orphans(new: &New) -> BTreeSet<&str> {
    let known: BTreeSet<&str> = new.traces.iter().map(|trace| trace.trace_id.as_str()).collect();
    new.spans.iter().map(|span| span.trace_id.as_str()).filter(|id| !known.contains(id)).collect()
}

/// A generator that reads a clock or a hash map's order would write another demo each time.
#[test]
fn the_shop_is_the_same_every_time() {
    assert_eq!(shop(false), shop(false));
    assert_eq!(shop(true).old, shop(false).old);
    let first = &shop(true).old.observations[0];
    assert_eq!((first.id.as_str(), first.day), ("trace-0001/1", 20_454));
}

/// A clean pair with a difference would make `demo --clean` fail.
#[test]
fn the_clean_pair_has_no_difference() {
    let shop = shop(true);
    assert_eq!(differing(expected_traces(&shop), found_traces(&shop.new)), BTreeMap::new());
    assert_eq!(differing(expected_spans(&shop), found_spans(&shop.new)), BTreeMap::new());
    assert_eq!(differing(shop.old.tags.iter().cloned(), tags(&shop.new)), BTreeMap::new());
    assert!(orphans(&shop.new).is_empty());
    for latency in &shop.new.model_latency {
        let calls = shop.new.spans.iter().filter(|span| span.model.as_ref() == Some(&latency.model));
        let sorted = {
            let mut values: Vec<f64> = calls.map(|span| f64::from(i32::try_from(span.latency_ms).unwrap())).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        assert!(sorted.len() >= 100, "{} has {} calls, too few to judge", latency.model, sorted.len());
        for (found, q) in [(latency.p50, 0.5), (latency.p95, 0.95)] {
            let exact = r7(&sorted, q);
            assert!((found - exact).abs() <= 0.05 * exact, "{}: p{q} {found} {exact}", latency.model);
        }
    }
}

/// PostgreSQL's `percentile_cont`.
fn r7(sorted: &[f64], q: f64) -> f64 {
    let at = q * (f64::from(u32::try_from(sorted.len()).unwrap()) - 1.0);
    let below = sorted.iter().enumerate().filter(|(i, _)| f64::from(u32::try_from(*i).unwrap()) <= at).count() - 1;
    let above = sorted.get(below + 1).unwrap_or(&sorted[below]);
    sorted[below] + (above - sorted[below]) * at.fract()
}

/// A planted difference that is not there would leave a check of the demo that cannot fail.
#[test]
fn every_planted_difference_is_there_and_nothing_else() {
    let shop = shop(false);
    let clean = super::shop::clean().new;

    let traces = differing(expected_traces(&shop), found_traces(&shop.new));
    let ids: Vec<(&str, (u64, u64))> = traces.iter().map(|(row, counts)| (row.0.as_str(), *counts)).collect();
    assert_eq!(ids, [(planted::LOST_TRACE, (1, 0)), (planted::EXTRA_TRACE, (0, 1))]);
    let days: BTreeSet<i32> = traces.keys().map(|row| row.3).collect();
    assert_eq!(days.len(), 2, "on one day the two would cancel");
    assert_eq!(orphans(&shop.new), BTreeSet::from([planted::LOST_TRACE]));

    let spans = differing(expected_spans(&shop), found_spans(&shop.new));
    assert_eq!(spans.len(), 3, "{spans:?}");
    let (duplicated, _) = spans.iter().find(|(_, counts)| **counts == (1, 2)).unwrap();
    assert_eq!(duplicated.6, None, "a duplicated cost would move the sums");
    let recosted: Vec<i128> = spans.keys().filter(|row| row.0 == planted::RECOSTED_SPAN).filter_map(|r| r.6).collect();
    assert_eq!(recosted[1] - recosted[0], 1);

    let tags = differing(shop.old.tags.iter().cloned(), tags(&shop.new));
    let by_trace: Vec<(&str, (u64, u64))> = tags.iter().map(|((id, _), counts)| (id.as_str(), *counts)).collect();
    let expected =
        [(planted::UNTAGGED_TRACE, (1, 0)), (planted::TAGGED_TRACE, (0, 1)), (planted::DOUBLE_TAGGED_TRACE, (1, 2))];
    assert_eq!(by_trace, expected);

    for (found, clean) in shop.new.model_latency.iter().zip(&clean.model_latency) {
        assert_eq!(found.model == planted::DRIFTED_MODEL, found.p95 > clean.p95 * 1.2);
        assert_eq!(found.p50, clean.p50);
        assert!(found.p95 <= found.p99);
        assert_eq!(clean.seen_until - found.seen_until, 7_200_000_000);
    }
}

/// Faults of the invoices that are not there, or so few that nothing can be said of them.
#[test]
fn the_invoices_have_their_faults() {
    use super::invoices::{CENTLESS, Invoice, LOST_DAY, SHIFTED};
    assert!(shop(false).new.has_narrow_amounts && !shop(true).new.has_narrow_amounts);
    let (old, new) = (shop(false).old.invoices, shop(false).new.invoices);
    let by_id: BTreeMap<i64, &Invoice> = new.iter().map(|invoice| (invoice.id, invoice)).collect();
    assert_eq!(new.len() - by_id.len(), 23, "written twice");
    let pairs = || old.iter().filter_map(|invoice| Some((invoice, *by_id.get(&invoice.id)?)));
    assert!(old.iter().all(|invoice| (invoice.day == LOST_DAY) != by_id.contains_key(&invoice.id)));
    let count = |differs: &dyn Fn(&Invoice, &Invoice) -> bool| pairs().filter(|(old, new)| differs(old, new)).count();
    assert_eq!(count(&|old, new| old.amount != new.amount), count(&|old, _| old.currency == CENTLESS));
    assert_eq!(count(&|old, new| old.paid_at != new.paid_at), count(&|old, _| old.country == SHIFTED));
    /// Whether two rows of one key show a fault.
    type Fault<'a> = &'a dyn Fn(&Invoice, &Invoice) -> bool;
    let faults: [Fault<'_>; 6] = [
        &|old, new| old.amount * 100 == new.amount,
        &|old, new| old.paid_at + 3_600_000_000 == new.paid_at,
        &|old, new| old.email != new.email,
        &|old, new| old.city != new.city,
        &|old, new| old.note.len() > 40 && new.note.len() == 40,
        &|old, new| old.coupon.is_none() && new.coupon.as_deref() == Some(""),
    ];
    assert!(faults.iter().all(|fault| count(fault) >= 100), "{:?}", faults.map(count));
}

/// `trace_count` and `sessions_by_project` are the demo's proof that some checks pass all the same.
#[test]
fn totals_hide_what_was_planted() {
    let shop = shop(false);
    assert_eq!(shop.old.traces.len(), shop.new.traces.len());
    let old: BTreeSet<_> = shop.old.traces.iter().filter_map(|t| Some((&t.project, t.session_id.as_ref()?))).collect();
    let new: BTreeSet<_> = shop.new.traces.iter().filter_map(|t| Some((&t.project, t.session_id.as_ref()?))).collect();
    assert_eq!(old, new);
}

/// A file added under `checks/demo` and not embedded would be missing from an installed binary's demo.
#[test]
fn every_file_of_the_suite_is_embedded() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/demo");
    let on_disk: BTreeSet<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&folder).unwrap().to_str().unwrap().to_owned())
        .filter(|name| name.ends_with(".sql") || name.ends_with(".toml"))
        .collect();
    let embedded: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_disk, embedded);
}

/// A demo that writes over someone's files, or that cannot be run twice.
#[tokio::test]
async fn only_an_absent_folder_or_an_earlier_demo_is_written_to() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("deep/demo");
    create(&dir, false).await.unwrap();
    let planted = std::fs::read(dir.join("new/spans.parquet")).unwrap();
    let kept = dir.join("reports/report.json");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    std::fs::write(&kept, "mine").unwrap();
    create(&dir, true).await.unwrap();
    assert_ne!(std::fs::read(dir.join("new/spans.parquet")).unwrap(), planted);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "mine");

    let foreign = home.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("old.db"), "mine").unwrap();
    let refused = create(&foreign, false).await.unwrap_err();
    assert!(matches!(refused, Error::Foreign(_)), "{refused}");
    assert_eq!(std::fs::read_to_string(foreign.join("old.db")).unwrap(), "mine");
    assert!(!foreign.join(MARKER).exists() && !foreign.join("suite.toml").exists());

    let file = home.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    assert!(matches!(create(&file, false).await.unwrap_err(), Error::Foreign(_)));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}
