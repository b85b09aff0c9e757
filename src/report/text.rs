//! Words and numbers that every format for people shares.

use bytesize::ByteSize;

use super::grouped::Groups;
pub(super) use super::visible::visible_lines;
pub(crate) use super::visible::{invisible, visible};
use super::{grouped, placed, suppressed};
use crate::model::{CheckReport, ColumnReport, Expectation, Kind, Measure, RunReport, SideReport, Status};
pub(super) use crate::model::{plural, thousands};

/// A value, NULL told apart from the text `NULL` and from empty text.
pub(crate) fn value(value: Option<&str>) -> String {
    match value {
        None => "NULL".to_owned(),
        Some("") => "''".to_owned(),
        Some(text) if text == "NULL" || text.starts_with('\'') || text != text.trim() => format!("'{}'", visible(text)),
        Some(text) => visible(text),
    }
}

/// The values of a measure; a side that the check does not have is no NULL.
pub(super) fn sides(check: &CheckReport, measure: &Measure) -> (String, String) {
    let one_sided = check.kind == Kind::Latency && check.sides.old.is_none();
    let old = if one_sided { "–".to_owned() } else { value(measure.old.as_deref()) };
    (old, value(measure.new.as_deref()))
}

/// A key in full.
pub(super) fn key(key: &crate::model::Key) -> String {
    let pairs = key.0.iter().map(|(name, held)| format!("{}={}", visible(name), value(held.as_deref())));
    pairs.collect::<Vec<_>>().join(", ")
}

/// What a query returned and took, and what the server read for it where it tells: `3 rows in 20 ms, reading 1,000 rows
/// (31.2 KiB)`.
pub(super) fn answer(side: &SideReport) -> String {
    let rows = side.rows.map_or("no answer".to_owned(), |rows| plural(rows, "row"));
    let read = side
        .read
        .map_or(String::new(), |read| format!(", reading {} ({})", plural(read.rows, "row"), ByteSize::b(read.bytes)));
    format!("{rows} in {}{read}", duration(side.elapsed_ms))
}

/// `340 ms`, `1.2 s`, `2 m 05 s`.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} m {:02} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// What a check found, in a few words.
pub(crate) fn finding(check: &CheckReport) -> String {
    if let Some(error) = &check.error {
        let found = check.differs_in_part().then(|| differing(check));
        return visible(&error.message()) + &found.map_or(String::new(), |found| format!("; beside that {found}"));
    }
    if let Some(reason) = &check.skipped {
        return visible(reason);
    }
    let mut parts = Vec::new();
    if let Some(rows) = check.outcome.rows() {
        let groups = Groups::of(check);
        let kinds = [("missing", rows.missing), ("extra", rows.extra), ("changed", rows.changed)];
        match &groups {
            Some(groups) => parts.extend(groups.differing()),
            None => {
                parts.extend(kinds.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{} {name}", thousands(*n))))
            }
        }
        if rows.duplicate.count() > 0 {
            parts.push(plural(rows.duplicate.count(), "duplicate key"));
        }
        parts.extend(grouped::net(check));
        let counted = |count| groups.as_ref().map_or_else(|| plural(count, "row"), |groups| groups.counted(count));
        parts.extend(warned(check).map(|warned| format!("{} beyond warn", counted(warned))));
        if parts.is_empty() {
            parts.push(match &check.sample {
                Some(sample) => {
                    format!("no difference in the sample of {} ({})", visible(&sample.share), counted(rows.equal))
                }
                None if check.examined.is_some() => "no difference left".to_owned(),
                None => format!("{} equal", counted(rows.equal)),
            });
        }
    } else if let Some(tags) = check.outcome.tag_counts() {
        let kinds = [("lost", tags.lost), ("added", tags.added), ("twice in new", tags.duplicate_new)];
        parts.extend(kinds.iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{} {name}", plural(*n, "tag"))));
        if parts.is_empty() {
            parts.push(format!("{} equal", plural(tags.old, "tag")));
        }
    } else if let Some(totals) = check.outcome.totals() {
        if totals.outside > 0 {
            parts.push(format!("{} of {} outside", thousands(totals.outside), plural(totals.compared, "number")));
            if let Some(worst) = check.outcome.measures().iter().find(|measure| !measure.within) {
                let (old, new) = sides(check, worst);
                if worst.old.is_some() || worst.new.is_some() {
                    parts.push(format!("{} {old} → {new}", visible(&worst.quantity.to_string())));
                }
            }
            parts.extend(warned(check).map(|warned| format!("{} beyond warn", thousands(warned))));
        } else if let Some(warned) = warned(check) {
            parts.push(format!("{} of {} beyond warn", thousands(warned), plural(totals.compared, "number")));
        } else {
            parts.push(format!("{} within", plural(totals.compared, "number")));
        }
    } else if let Some(violations) = check.outcome.violations() {
        parts.push(if violations == 0 {
            "holds".to_owned()
        } else {
            format!("{} against it", plural(violations, "row"))
        });
    } else {
        parts.push("nothing was measured".to_owned());
    }
    if let Some(moved) = check.moved {
        parts.push(format!("{} moved while they were read", plural(moved.old + moved.new, "row")));
    }
    if let Some(unstable) = &check.unstable {
        parts.push(format!("{} unstable", plural(unstable.keys, "key")));
    }
    if let Some(undecided) = check.undecided {
        parts.push(format!("{} undecided", plural(undecided.rows, "row")));
    }
    if let Some(transient) = check.transient {
        let told = [(transient.healed, "healed"), (transient.in_motion, "in motion")];
        parts.extend(told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", thousands(*n))));
    }
    if let Some(groups) = check.outcome.too_small_groups() {
        parts.push(format!("{} too small", plural(groups, "group")));
    }
    parts.extend(placed::outside(check));
    let left = check.left();
    let unmet = |one: &&Expectation| !one.holds(left.get(one.name.as_str()).copied().unwrap_or(0));
    parts.extend(check.expected.iter().find(unmet).map(expected));
    if let Some(examined) = check.examined {
        parts.push(format!("looked again at {} only", plural(examined.keys, "key")));
    }
    if check.status() == Status::Pass && !check.warnings.is_empty() {
        parts.push(plural(check.warnings.len() as u64, "warning"));
    }
    let found = parts.join(", ");
    suppressed::brief(check).map_or(found.clone(), |suppressed| format!("{found} {suppressed}"))
}

/// The differences of a check by name, whatever else becomes of it.
pub(super) fn differing(check: &CheckReport) -> String {
    let found = check.outcome.differences().into_iter().filter(|(_, count)| *count > 0);
    found.map(|(name, count)| format!("{} {name}", thousands(count))).collect::<Vec<_>>().join(", ")
}

/// How much is beyond a `warn` level only, if anything is.
fn warned(check: &CheckReport) -> Option<u64> {
    check.outcome.warned().filter(|warned| *warned > 0)
}

/// The counts behind a verdict, as lines.
pub(super) fn counts(check: &CheckReport) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(rows) = check.outcome.rows() {
        let parts = [
            ("old", rows.old),
            ("new", rows.new),
            ("equal", rows.equal),
            ("missing", rows.missing),
            ("extra", rows.extra),
            ("changed", rows.changed),
            ("duplicate keys", rows.duplicate.count()),
        ];
        let name = Groups::of(check).map_or("rows".to_owned(), |groups| groups.name());
        lines.push(format!("{name}: {}", joined(&parts)));
    }
    lines.extend(placed::outside(check));
    if !check.masked.is_empty() {
        let names: Vec<String> = check.masked.iter().map(|name| visible(name)).collect();
        lines.push(format!("masked: {}", names.join(", ")));
    }
    if let Some(sample) = &check.sample {
        lines.push(format!("sample: {} of the keys, the same on both sides", visible(&sample.share)));
    }
    if let Some(examined) = check.examined {
        lines.push(format!(
            "looked again at the {} that differed before, and at no other row",
            plural(examined.keys, "key")
        ));
    }
    if let Some(moved) = check.moved {
        lines.push(format!(
            "moved while they were read: {} of old, {} of new; run it again when they rest, or read a replica",
            plural(moved.old, "row"),
            plural(moved.new, "row")
        ));
    }
    lines.extend(check.unstable.iter().flat_map(unstable));
    lines.extend(check.transient.as_ref().map(transient));
    if let Some(tags) = check.outcome.tag_counts() {
        let parts = [
            ("old", tags.old),
            ("new", tags.new),
            ("lost", tags.lost),
            ("added", tags.added),
            ("twice in old", tags.duplicate_old),
            ("twice in new", tags.duplicate_new),
        ];
        lines.push(format!("tags: {}", joined(&parts)));
    }
    if let Some(totals) = check.outcome.totals() {
        lines.push(format!("numbers: {}", joined(&[("compared", totals.compared), ("outside", totals.outside)])));
    }
    if let Some(warned) = check.outcome.warned() {
        let told = match (Groups::of(check), check.outcome.rows()) {
            (Some(groups), _) => groups.counted(warned),
            (None, Some(_)) => plural(warned, "row"),
            (None, None) => plural(warned, "number"),
        };
        lines.push(format!("within fail and beyond warn: {told}"));
    }
    if let Some(violations) = check.outcome.violations() {
        let population =
            check.outcome.population().map_or(String::new(), |size| format!(" · population {}", thousands(size)));
        lines.push(format!("rows against it: {}{population}", thousands(violations)));
    }
    for one in &check.expected {
        let here = if one.windows { " here" } else { "" };
        lines.push(format!("{}, found {}{here}", expected(one), thousands(one.found)));
    }
    lines.extend(suppressed::lines(check));
    lines.extend(check.outcome.drift().iter().map(drift));
    if let Some(groups) = check.outcome.too_small_groups() {
        let named: Vec<String> =
            check.outcome.too_small().iter().take(10).map(key).filter(|key| !key.is_empty()).collect();
        let more = usize::try_from(groups).unwrap_or(usize::MAX).saturating_sub(named.len());
        let more = if more > 0 && !named.is_empty() { format!(" and {more} more") } else { String::new() };
        lines.push(
            format!("too few values to judge: {} {}{more}", plural(groups, "group"), named.join("; "))
                .trim_end()
                .to_owned(),
        );
    }
    lines
}

/// `expected 12 missing`, and of which windows.
pub(super) fn expected(one: &Expectation) -> String {
    let all = match (one.windows, one.in_all_windows) {
        (false, _) => String::new(),
        (true, Some(all)) => format!(" in all windows, which have {}", thousands(all)),
        (true, None) => " in all windows, of which not all were compared".to_owned(),
    };
    format!("expected {} {}{all}", thousands(one.expected), one.name)
}

/// What old differs from itself in, and why.
fn unstable(one: &crate::model::Unstable) -> Vec<String> {
    let mut lines = vec![format!(
        "unstable: {} differ between two runs of the old query, and are in no other count",
        plural(one.keys, "key")
    )];
    lines.extend(one.causes.iter().map(|cause| format!("  it may be that {}", visible(cause))));
    if one.causes.is_empty() {
        lines.push("  the cause is not known".to_owned());
    }
    lines
}

/// `read again twice: 3 differences healed, the last after 31.0 s`.
fn transient(one: &crate::model::Transient) -> String {
    let after = one.after_ms.map_or(String::new(), |ms| format!(", the last after at most {}", duration(ms)));
    let mut told = format!(
        "read again {}: {} healed{after}",
        plural(one.readings.into(), "time"),
        plural(one.healed, "difference")
    );
    if one.in_motion > 0 {
        told += &format!(
            "; {} began in the last reading and counted nowhere else, so give it more `times`",
            plural(one.in_motion, "difference")
        );
    }
    told
}

/// `p95 relative drift over 120 groups: median 0.01, 90 % within 0.05, worst -0.3 at bucket=…`.
fn drift(one: &crate::model::Drift) -> String {
    let (name, of) = (visible(&one.name), if one.of == "rank" { "rank error" } else { "relative drift" });
    let at = if one.worst_key.is_empty() { String::new() } else { format!(" at {}", key(&one.worst_key)) };
    let groups = plural(one.groups, "group");
    format!("{name} {of} over {groups}: median {}, 90 % within {}, worst {}{at}", one.median, one.p90, one.worst)
}

fn joined(parts: &[(&str, u64)]) -> String {
    parts.iter().map(|(name, count)| format!("{name} {}", thousands(*count))).collect::<Vec<_>>().join(" · ")
}

/// Whether a number is to be shown: it is outside its rule, or beyond its `warn` level.
pub(super) fn told(measure: &Measure) -> bool {
    !measure.within || measure.level.is_some()
}

/// Whether a column has anything to show.
pub(super) fn tallied(column: &ColumnReport) -> bool {
    column.changed != Some(0) || column.warned.is_some_and(|warned| warned > 0)
}

/// How many measures and examples are counted but not listed.
pub(super) fn unlisted(check: &CheckReport) -> Option<String> {
    let listed = check.outcome.examples().len() as u64;
    let warned = check.outcome.rows().and_then(|_| warned(check)).unwrap_or(0);
    let found = check.outcome.differences().values().fold(warned, |sum, count| sum.saturating_add(*count));
    (found > listed && listed > 0).then(|| format!("{} more, all of them counted above", thousands(found - listed)))
}

/// The command that runs one check alone.
pub(super) fn again(report: &RunReport, check: &CheckReport) -> String {
    let suite = check.id.split_once('.').map_or(check.id.as_str(), |(suite, _)| suite);
    let suite = report.suites.iter().find(|one| one.name == suite);
    let path = suite.map(|one| one.path.as_str());
    if path == Some("") {
        return "the same `cutover diff`; with --write-suite PATH it stays as a suite".to_owned();
    }
    let arguments = suite.iter().flat_map(|one| &one.arguments).map(|one| format!(" {}", quoted(&visible(one))));
    let arguments: String = arguments.collect();
    format!("cutover run {} --only '{}'{arguments}", quoted(&visible(path.unwrap_or("checks/"))), check.id)
}

/// As one word of a shell.
pub(super) fn quoted(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_alphanumeric() || "/._-=:@".contains(c));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_move_the_cursor_or_end_the_line() {
        assert_eq!(visible("a\u{1b}[31m\nb\u{202e}c\u{0}"), "a\\u{1b}[31m\\nb\\u{202e}c\\u{0}");
    }

    #[test]
    fn null_empty_and_the_word_look_different() {
        let shown = [value(None), value(Some("")), value(Some("NULL")), value(Some("'NULL'")), value(Some(" a"))];
        let distinct: std::collections::BTreeSet<&String> = shown.iter().collect();
        assert_eq!(distinct.len(), shown.len(), "{shown:?}");
    }

    #[test]
    fn counts_and_durations_are_readable() {
        assert_eq!(thousands(1_204_000), "1,204,000");
        assert_eq!(thousands(999), "999");
        assert_eq!(duration(1_250), "1.2 s");
        assert_eq!(duration(125_000), "2 m 05 s");
    }
}
