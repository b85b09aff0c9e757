//! Every format on a report full of hostile text: still well-formed, nothing of it obeyed.

use std::collections::BTreeMap;

use cutover::model::{
    Cause, CheckReport, Counts, Difference, DuplicateKeys, EarlierRuns, ErrorCode, ErrorReport, Example, Expectation,
    Key, Kind, Measure, NumberFindings, Outcome, Pair, PercentileFindings, Quantity, RowCounts, RowFindings, RunReport,
    Severity, SideReport, Sides, SourceReport, Status, SuiteReport, TagCounts, TagFindings, Totals, ViolationFindings,
    Warning, WarningCode,
};
use cutover::report::terminal::{Style, details, line, summary};
use cutover::report::{Format, render, schema};

const HOSTILE: &str = "a|b `c` <b>x</b> ]]> \u{1b}[31mred\n# head\r\n\u{0}\u{202e}@team ''' \"q\" \\ &amp; \u{fffe}";

fn side() -> Option<SideReport> {
    Some(SideReport {
        source: "old".to_owned(),
        sql: format!("SELECT '{HOSTILE}'\n```"),
        rows: Some(3),
        elapsed_ms: 5,
        ..SideReport::default()
    })
}

fn key() -> Key {
    Key(vec![("id".to_owned(), Some(HOSTILE.to_owned())), ("day".to_owned(), None)])
}

fn check(id: &str, kind: Kind) -> CheckReport {
    CheckReport {
        why: Some(HOSTILE.to_owned()),
        sides: Sides { old: side(), new: side() },
        ..CheckReport::new(id, kind)
    }
}

fn measure() -> Measure {
    Measure {
        level: None,
        quantity: Quantity::Column(HOSTILE.to_owned()),
        key: key(),
        old: Some(HOSTILE.to_owned()),
        new: None,
        delta: None,
        tolerance: HOSTILE.to_owned(),
        within: false,
        count: Some(Counts { old: Some(1), new: None }),
    }
}

/// A run with every kind and every status.
pub(crate) fn report() -> RunReport {
    let pair = Pair { old: Some(HOSTILE.to_owned()), new: Some(String::new()) };
    let examples =
        [Difference::Missing, Difference::Extra, Difference::Changed, Difference::Duplicate].map(|difference| {
            Example { difference, key: key(), columns: BTreeMap::from([(HOSTILE.to_owned(), pair.clone())]) }
        });
    let rows = CheckReport {
        outcome: Outcome::Rows(RowFindings {
            rows: RowCounts {
                old: 4,
                new: 4,
                equal: 2,
                missing: 1,
                extra: 1,
                changed: 1,
                duplicate: DuplicateKeys::Differing(1),
            },
            examples: examples.to_vec(),
            ..RowFindings::default()
        }),
        expected: vec![Expectation {
            name: "missing".to_owned(),
            expected: 2,
            found: 1,
            windows: false,
            in_all_windows: None,
        }],
        warnings: vec![Warning::new(WarningCode::Retried, HOSTILE.to_owned()).of_table(Some(HOSTILE.to_owned()))],
        ..check("suite.rows", Kind::Rows)
    };
    let sum = CheckReport {
        outcome: Outcome::Numbers(NumberFindings {
            measures: vec![measure()],
            totals: Totals { compared: u64::MAX, outside: 9_007_199_254_740_993 },
            ..NumberFindings::default()
        }),
        ..check("suite.sum", Kind::Sum)
    };
    let tags = CheckReport {
        outcome: Outcome::Tags(TagFindings {
            tag_counts: TagCounts { old: 2, new: 2, lost: 1, added: 1, ..TagCounts::default() },
            ..TagFindings::default()
        }),
        severity: Severity::Warn,
        ..check("suite.tags", Kind::TagDedup)
    };
    let small = CheckReport {
        outcome: Outcome::Percentiles(PercentileFindings {
            totals: Some(Totals { compared: 1, outside: 0 }),
            too_small: vec![key()],
            too_small_groups: Some(4),
            ..PercentileFindings::default()
        }),
        ..check("suite.small", Kind::Percentile)
    };
    let broken = CheckReport {
        error: Some(ErrorReport::new(ErrorCode::QueryRefused, HOSTILE).caused_by([Cause::of_others(HOSTILE)])),
        ..check("suite.broken", Kind::Freshness)
    };
    let skipped =
        CheckReport { skipped: Some(HOSTILE.to_owned()), ..CheckReport::new("suite.skipped", Kind::RowCount) };
    let holds = CheckReport {
        outcome: Outcome::Violations(ViolationFindings::default()),
        ..check("suite.holds", Kind::Invariant)
    };
    RunReport {
        id: "20260108T000000.000Z-0000".to_owned(),
        started_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        elapsed_ms: 125_000,
        version: "0.0.0".to_owned(),
        interrupted: false,
        rerun_of: None,
        sign_off: None,
        suites: vec![SuiteReport {
            name: "suite".to_owned(),
            path: HOSTILE.to_owned(),
            sha256: String::new(),
            checks_sha256: String::new(),
            params: BTreeMap::from([("name".to_owned(), HOSTILE.to_owned())]),
            sources: BTreeMap::from([(
                "old".to_owned(),
                SourceReport { url: HOSTILE.to_owned(), ..SourceReport::default() },
            )]),
            arguments: vec!["--param".to_owned(), HOSTILE.to_owned()],
            proof: None,
        }],
        checks: vec![rows, sum, tags, small, broken, skipped, holds],
    }
}

/// Catches a status that is not what the numbers say.
#[test]
fn every_status_is_in_the_fixture() {
    let report = report();
    for status in [Status::Fail, Status::Warn, Status::Error, Status::Skip, Status::Pass] {
        assert!(report.count(status) > 0, "{status}");
    }
}

/// Catches JSON that is malformed, off its schema, or loses a digit.
#[test]
fn json_is_valid_by_its_schema_and_keeps_every_digit() {
    let text = render(Format::Json, &report(), &EarlierRuns::default());
    let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&parsed).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(parsed["checks"][1]["totals"]["outside"], "9007199254740993");
    assert_eq!(parsed["checks"][0]["examples"][0]["key"]["id"], HOSTILE);
    assert_eq!(parsed["status"], "error");
    assert!(!text.contains(": null"), "a field that does not apply is absent");
    let mut bad = parsed.clone();
    bad["checks"][0]["rows"]["missing"] = serde_json::json!(1);
    assert!(!validator.is_valid(&bad), "the schema would notice a number where text is promised");
}

/// Catches XML that a CI system cannot read, and a case counted as what it is not.
#[test]
fn junit_is_well_formed_and_counts_right() {
    let text = render(Format::Junit, &report(), &EarlierRuns::default());
    let document = roxmltree::Document::parse(&text).unwrap();
    let count = |tag: &str| document.descendants().filter(|node| node.has_tag_name(tag)).count();
    assert_eq!((count("testcase"), count("failure"), count("error"), count("skipped")), (7, 2, 1, 1));
    assert_eq!(count("b"), 0, "data became markup");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{0}') && !text.contains('\u{fffe}'));
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert!(failure.text().unwrap().contains("again: cutover run"));
}

/// Catches data that breaks out of its table cell, becomes HTML, or notifies somebody.
#[test]
fn markdown_holds_data_in_its_cells() {
    let text = render(Format::Markdown, &report(), &EarlierRuns::default());
    assert!(!text.contains('\u{1b}'), "{text}");
    let mut fence: Option<String> = None;
    for line in text.lines() {
        match &fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => fence = Some(line.to_owned()),
            None => {
                assert!(!line.contains("@team") && !line.contains("<b>"), "{line}");
                assert!(!line.starts_with("# head"), "{line}");
                let cells = line.matches('|').count();
                assert!(!line.starts_with('|') || [5, 6, 7].contains(&cells), "{line}");
            }
        }
    }
    assert_eq!(fence, None, "SQL that holds a fence of its own closes the block early");
}

/// Catches data that moves the cursor, and keys that are cut.
#[test]
fn the_terminal_shows_data_and_obeys_none_of_it() {
    let mut report = report();
    let long = "k".repeat(500);
    report.checks[0].outcome.examples_mut().unwrap()[0].key = Key(vec![("id".to_owned(), Some(long.clone()))]);
    let style = Style { color: false, width: Some(80) };
    let text = report.checks.iter().map(|check| line(check, &style)).collect::<String>()
        + &details(&report, &style)
        + &summary(&report, &style);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{0}'));
    assert!(text.contains(&long), "keys are never cut");
    assert!(text.contains("expected 2 missing, found 1"));
    assert!(text.contains("day=NULL"));
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("terminal_of_every_kind", text.replace(&long, "<500 k>"));
    });
}
