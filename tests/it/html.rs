//! The HTML report in a real browser and under a real parser: valid, inert, filtered, sorted and opened.

use std::process::Command;

use cutover::model::{
    CheckReport, ColumnReport, Diagnosis, Difference, EarlierRuns, Example, HistoryPoint, Key, Kind, LatencyFindings,
    Measure, NumberFindings, Outcome, Pair, Part, PercentileFindings, Quantity, RowCounts, RowFindings, RunReport,
    Spread, Status, Times, Totals, WindowReport,
};
use cutover::report::{Format, render};

use crate::reports::report as hostile;

/// The hostile run, with what only this page draws: windows and percentiles.
fn report() -> RunReport {
    let mut report = hostile();
    let breaking = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\"> ' \" \u{202e}\u{7}";
    for (index, found) in [0, 3].into_iter().enumerate() {
        report.checks.push(CheckReport {
            window: Some(WindowReport {
                column: breaking.to_owned(),
                from: Some(format!("2026-01-0{}{breaking}", index + 1)),
                to: None,
                nulls: "apart".to_owned(),
                windows: None,
                outside: None,
            }),
            why: Some(breaking.to_owned()),
            tags: vec![breaking.to_owned(), "money".to_owned()],
            // Counts by key, so that they have both rows and numbers.
            outcome: Outcome::Numbers(NumberFindings {
                rows: Some(RowCounts { old: 9, new: 9, equal: 9 - found, changed: found, ..RowCounts::default() }),
                examples: vec![Example {
                    difference: Difference::Changed,
                    key: Key(vec![(breaking.to_owned(), Some("k".repeat(5_000)))]),
                    columns: [(
                        breaking.to_owned(),
                        Pair { old: Some("10:00:01".to_owned()), new: Some("10:00:02".to_owned()) },
                    )]
                    .into(),
                }],
                ..NumberFindings::default()
            }),
            ..CheckReport::new(format!("suite.zz_windows@{index}"), Kind::Rows)
        });
    }
    let percentile = |name: &str, new: &str| Measure {
        level: None,
        quantity: Quantity::Quantile(name.to_owned()),
        key: Key(vec![("model".to_owned(), Some(breaking.to_owned()))]),
        old: Some("10.5".to_owned()),
        new: Some(new.to_owned()),
        delta: None,
        tolerance: "exact".to_owned(),
        within: true,
        count: None,
    };
    report.checks.push(CheckReport {
        outcome: Outcome::Percentiles(PercentileFindings {
            measures: vec![percentile("p50", "10.5"), percentile("p99", "1e308"), percentile("p99.9", "NaN")],
            totals: Some(Totals { compared: 3, outside: 0 }),
            ..PercentileFindings::default()
        }),
        elapsed_ms: 99,
        ..CheckReport::new("suite.curves", Kind::Percentile)
    });
    report
}

/// The same run with a past of `runs` runs for two of its checks, and with times.
fn grown(runs: u32) -> (RunReport, EarlierRuns) {
    let mut earlier = EarlierRuns::default();
    let mut report = report();
    let breaking = "</title></desc><script>document.title='broken'</script>\u{202e}".to_owned();
    let measure = |name: &str, new: String| Measure {
        quantity: Quantity::Column(name.to_owned()),
        key: Key(vec![(breaking.clone(), Some(breaking.clone()))]),
        old: Some("18446744073709551615.25".to_owned()),
        new: Some(new),
        delta: None,
        tolerance: "exact".to_owned(),
        within: false,
        level: None,
        count: None,
    };
    let statuses = [Status::Pass, Status::Fail, Status::Error, Status::Warn, Status::Skip];
    for (at, id) in ["suite.sum", "suite.zz_windows@1"].into_iter().enumerate() {
        let check = report.checks.iter_mut().find(|check| check.id == id).unwrap();
        let measures = check.outcome.measures_mut().unwrap();
        measures.push(measure("total", "-3".to_owned()));
        measures.push(measure(&breaking, breaking.clone()));
        let before = (0..runs)
            .map(|run| HistoryPoint {
                started_at: chrono::DateTime::UNIX_EPOCH - chrono::Days::new(u64::from(runs - run)),
                status: statuses[(run as usize + at) % 5],
                differences: u64::MAX / 31 * u64::from(run),
                elapsed_ms: 1,
                measures: vec![measure("total", run.to_string()), measure(&breaking, breaking.clone())],
            })
            .collect();
        earlier.0.insert(id.to_owned(), before);
    }
    let side = |first: u32| [first, 20, 4_000].map(|ms| ms.to_string()).to_vec();
    let times = Times { percent: vec![0, 50, 100], old: side(1), new: side(2) };
    let outcome = Outcome::Latency(LatencyFindings { times, ..LatencyFindings::default() });
    report.checks.push(CheckReport { outcome, ..CheckReport::new("suite.times", Kind::Latency) });
    report.checks.push(placed(&breaking));
    (report, earlier)
}

/// A check whose differing rows lie at both ends of a column called `name`, beside rows that agree everywhere.
fn placed(name: &str) -> CheckReport {
    let part = |at: u64| Part {
        from: format!("2026-01-{:02}", at + 1),
        missing: if at == 0 { 1_204 } else { 0 },
        changed: [2, 0, 0, 0, 0, 0, 300, 9][at as usize],
        agreeing: 40 + at,
        ..Part::default()
    };
    let spread = Spread {
        column: name.to_owned(),
        from: "2026-01-01".to_owned(),
        to: "2026-01-08".to_owned(),
        without: 1,
        parts: (0..8).map(part).collect(),
    };
    let column = |name: &str, changed: u64| ColumnReport {
        name: name.to_owned(),
        rule: "exact".to_owned(),
        changed: Some(changed),
        warned: None,
        max_delta: None,
        reason: None,
    };
    let rows = RowCounts { old: 9_999, new: 8_795, equal: 8_484, missing: 1_204, changed: 311, ..RowCounts::default() };
    CheckReport {
        diagnosis: Some(Diagnosis { spread: Some(spread), drawn: Some(1_000), ..Diagnosis::default() }),
        outcome: Outcome::Rows(RowFindings {
            rows,
            columns: vec![column("same", 0), column(name, 2), column("cost", 311)],
            ..RowFindings::default()
        }),
        ..CheckReport::new("suite.placed", Kind::Rows)
    }
}

/// Catches a bar that is lost, at another place or of another height, a lane that only its colour tells, and numbers that the
/// table beside has not.
#[test]
fn where_rows_lie_is_drawn() {
    let mut report = report();
    report.checks = vec![placed("at")];
    let text = render(Format::Html, &report, &EarlierRuns::default());
    let figures: Vec<&str> = text
        .match_indices("<figure class=\"lanes\">")
        .map(|(from, _)| &text[from..from + text[from..].find("</figure>").unwrap() + 9])
        .collect();
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("lanes", figures.join("\n"));
    });
    report.checks = vec![CheckReport { diagnosis: None, outcome: Outcome::default(), ..placed("at") }];
    assert!(
        !render(Format::Html, &report, &EarlierRuns::default()).contains("class=\"lanes\""),
        "there is nothing to draw"
    );
}

/// Catches a run that is not drawn, a mark outside of its plot, a number that became markup, and a chart that says nothing to who cannot see it.
#[test]
fn the_past_is_drawn() {
    for runs in [1_u64, 30] {
        let script = "
            const all = (what) => [...document.querySelectorAll(what)];
            all('details').forEach((one) => one.open = true);
            const cut = all('svg').flatMap((svg) => { const box = svg.getBoundingClientRect();
              return [...svg.querySelectorAll('rect, circle, text, polyline')].filter((one) => { const mark = one.getBoundingClientRect();
                return mark.left < box.left - 1 || mark.right > box.right + 1 || mark.top < box.top - 1 || mark.bottom > box.bottom + 1; })
                .map((one) => one.outerHTML); });
            const mute = all('svg').filter((svg) => !svg.getAttribute('aria-label') && !svg.closest('[aria-label]')).length;
            const crowded = all('.past svg').filter((svg) => { const texts = [...svg.querySelectorAll('text:not(.letter)')].map((one) => one.getBoundingClientRect());
              return texts.some((one, at) => at > 0 && one.left < texts[at - 1].right); }).length;
            return { cut, mute, crowded, plots: all('.past').length, strips: all('.strip').length, letters: all('.past .letter').length,
              lines: all('.past polyline.new').length, dots: all('.past circle.new').length, rows: all('.past tbody tr').length,
              scripts: all('script').length, spread: all('.spread polyline').length, shares: all('.spread tbody tr').length,
              bare: all('.past .wide td').filter((one) => one.textContent === '').length };";
        let (report, earlier) = grown(runs as u32);
        let text = render(Format::Html, &report, &earlier);
        assert!(!text.contains('\u{202e}'), "a mark that turns the writing direction is obeyed");
        let out = in_browser(&text, script);
        assert_eq!(out["cut"], serde_json::json!([]), "marks outside of their plot");
        assert_eq!((&out["mute"], &out["crowded"], &out["bare"]), (&0.into(), &0.into(), &0.into()), "{out}");
        assert_eq!((&out["plots"], &out["strips"]), (&3.into(), &2.into()), "two checks, and all together");
        assert_eq!(
            (&out["letters"], &out["rows"]),
            (&(3 * (runs + 1)).into(), &(3 * (runs + 1)).into()),
            "this run is one of them"
        );
        assert_eq!(
            (&out["lines"], &out["dots"]),
            (&2.into(), &(2 * (runs + 1)).into()),
            "what is no number has no line"
        );
        assert_eq!((&out["scripts"], &out["spread"], &out["shares"]), (&3.into(), &2.into(), &2.into()));
    }
}

/// Catches a chart of the past in the page of a run that has none.
#[test]
fn without_a_history_there_is_no_past() {
    let text = render(Format::Html, &report(), &EarlierRuns::default());
    assert!(!text.contains("class=\"past\"") && !text.contains("class=\"strip\""));
}

/// Catches markup that a browser has to repair.
#[test]
fn the_page_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let (report, earlier) = grown(30);
    std::fs::write(&path, render(Format::Html, &report, &earlier)).unwrap();
    let output = Command::new("tidy").args(["-e", "-q", "-utf8"]).arg(&path).output();
    let output = output.expect("tidy is not installed; `tests/run` installs it");
    // tidy takes a link inside of SVG for one of XLink, though its `href` is plain since SVG 2.
    let link = |line: &&str| line.contains("<a> proprietary attribute");
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty() && !link(line)).collect();
    assert_eq!(said, Vec::<&str>::new());
}

/// Catches data that became markup, was cut, or is obeyed, and anything fetched from elsewhere.
#[test]
fn data_stays_text() {
    let text = render(Format::Html, &report(), &EarlierRuns::default());
    assert!(
        !text.contains(['\u{1b}', '\u{0}', '\u{7}', '\u{202e}', '\u{fffe}']),
        "a control character or mark is obeyed"
    );
    assert!(text.contains(&"k".repeat(5_000)), "keys are never cut");
    let script = "
        const count = (what) => document.querySelectorAll(what).length;
        return { markup: count('img, link, iframe, [src], [onerror], b b, a:not([href^=\"#\"])'), scripts: count('script'),
          checks: count('li[data-id]:not(:has(li[data-id]))'), bars: count('.body a rect'), heat: count('.heat a rect'), circles: count('circle'),
          marks: [...document.querySelectorAll('td[data-side=new] mark')].map((one) => one.textContent) };";
    let out = in_browser(&text, script);
    assert_eq!(out["markup"], 0);
    assert_eq!(out["scripts"], 3, "one of the page and two of this test");
    assert_eq!((&out["checks"], &out["bars"], &out["heat"]), (&10.into(), &2.into(), &2.into()));
    assert_eq!(out["circles"], 4, "NaN has no place on a plot, the table has it");
    assert!(out["marks"].as_array().unwrap().contains(&"2".into()), "what differs within a value is emphasised: {out}");
}

/// Runs `script` in headless Chromium on the page, `width` wide, and returns what it leaves in `out`, with errors of the console.
fn in_browser(text: &str, script: &str) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let before = "<head><script>window.problems = [];\
         addEventListener('error', (e) => problems.push(String(e.message)));\
         addEventListener('securitypolicyviolation', (e) => problems.push(e.violatedDirective));\
         for (const name of ['error', 'warn']) console[name] = (...all) => problems.push(all.join(' '));</script>";
    let after = format!(
        "<script>addEventListener('load', () => {{ let out; try {{ out = (() => {{ {script} }})(); }} catch (e) {{ problems.push(String(e)); }}\
         document.body.setAttribute('said', encodeURIComponent(JSON.stringify({{ out, problems, title: document.title }}))); }});</script></body>"
    );
    let text = text.replacen("<head>", before, 1);
    let (page, end) = text.rsplit_once("</body>").unwrap();
    std::fs::write(&path, format!("{page}{after}{end}")).unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,900"])
        .args(["--virtual-time-budget=5000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("chromium is not installed; `tests/run` installs it");
    let dom = String::from_utf8_lossy(&output.stdout);
    let said = dom.split_once("said=\"").and_then(|(_, rest)| rest.split_once('"'));
    let said = said.unwrap_or_else(|| panic!("the script did not run: {}", String::from_utf8_lossy(&output.stderr))).0;
    let said = percent_encoding::percent_decode_str(said).decode_utf8().unwrap();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["problems"], serde_json::json!([]), "the console is not silent");
    assert!(said["title"].as_str().unwrap().starts_with("ERROR"), "data ran as a script: {}", said["title"]);
    said["out"].clone()
}

/// Catches controls that do nothing, orders that are wrong, keys that move nowhere, a link that opens nothing, and errors in the
/// console.
#[test]
fn a_browser_filters_sorts_and_opens() {
    let script = "
        const all = (what) => [...document.querySelectorAll(what)];
        const checks = () => all('#list li[data-id]:not(:has(li[data-id]))');
        for (const one of all('#list details')) one.dataset.was = one.open;
        const ids = () => { for (const one of all('#list li:has(li[data-id]) > details')) one.open = true;
          return checks().filter((one) => one.offsetParent).map((one) => one.dataset.id.replace('suite.', '')); };
        const put = (id, value) => { const one = document.getElementById(id); one.value = value; one.dispatchEvent(new Event('input')); };
        const set = (name, value) => { put('filter-' + name, value); const got = ids(); put('filter-' + name, ''); return got; };
        const tally = (status) => { const one = document.querySelector('.tally [data-status=' + status + ']'); one.click();
          const got = [ids(), one.getAttribute('aria-pressed')]; one.click(); return got; };
        const order = (by) => { put('order', by); return ids(); };
        const press = (key) => { document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
          return document.activeElement?.closest('li')?.dataset.id ?? document.activeElement?.id; };
        const opened = all('#list details').filter((one) => one.dataset.was === 'true').length;
        const out = { opened, all: ids(), status: tally('fail'), kind: set('kind', 'percentile'), tag: set('tag', 'money'),
          text: set('text', 'ZZ_windows'), none: set('text', 'no such thing'), groups: all('.group h3').map((one) => one.textContent),
          found: order('found').slice(0, 2), id: order('id').slice(0, 2), ms: order('ms')[0], suite: order('suite').length,
          again: order('rank'), keys: ['j', 'j', 'k', '/'].map(press) };
        press('Escape');
        for (const one of all('#list details')) one.open = false;
        press('x'); out.expanded = all('#list li[data-id] > details').filter((one) => one.open).length;
        for (const one of all('#list details')) one.open = false;
        put('filter-text', 'curves');
        history.replaceState(null, '', '#suite.zz_windows@1'); dispatchEvent(new Event('hashchange'));
        out.linked = all('#list details').filter((one) => one.open).map((one) => one.parentElement.dataset.id);
        out.shown = document.getElementById('shown').textContent;
        return out;";
    let out = in_browser(&render(Format::Html, &report(), &EarlierRuns::default()), script);
    let all = ["rows", "sum", "zz_windows@0", "zz_windows@1", "broken", "tags", "small", "skipped", "holds", "curves"];
    assert_eq!(out["all"], serde_json::json!(all), "what did not pass stands first, and windows under their check");
    assert_eq!(out["opened"], 0, "several checks are closed at first");
    assert_eq!(out["status"], serde_json::json!([["rows", "sum", "zz_windows@1"], "true"]));
    assert_eq!(out["kind"], serde_json::json!(["small", "curves"]));
    assert_eq!(out["tag"], serde_json::json!(["zz_windows@0", "zz_windows@1"]));
    assert_eq!(out["text"], serde_json::json!(["zz_windows@0", "zz_windows@1"]));
    assert_eq!(out["none"], serde_json::json!([]));
    let groups =
        ["3 checks fail", "1 check could not be compared", "2 checks warn", "1 check was not run", "2 checks pass"];
    assert_eq!(out["groups"], serde_json::json!(groups));
    assert_eq!(out["found"], serde_json::json!(["sum", "rows"]), "counts beyond 2^53 are sorted as numbers");
    assert_eq!(out["id"], serde_json::json!(["broken", "curves"]));
    assert_eq!(out["ms"], "curves");
    assert_eq!((&out["suite"], &out["again"]), (&10.into(), &out["all"]));
    assert_eq!(out["keys"], serde_json::json!(["suite.rows", "suite.sum", "suite.rows", "filter-text"]));
    assert!(out["expanded"].as_u64() >= Some(9), "{out}");
    assert_eq!(
        out["linked"],
        serde_json::json!(["suite.zz_windows", "suite.zz_windows@1"]),
        "a link opens what holds it"
    );
    assert_eq!(out["shown"], "10 shown", "and shows it");
}

/// Catches columns out of the order of their query, a share that reads as all or nothing, columns that agree before those that
/// differ, and a single check that has to be opened first.
#[test]
fn a_check_tells_the_most_telling_first() {
    let column = |name: &str, changed: u64| ColumnReport {
        name: name.to_owned(),
        rule: "exact".to_owned(),
        changed: Some(changed),
        ..ColumnReport::default()
    };
    let pair = |old: &str, new: &str| Pair { old: Some(old.to_owned()), new: Some(new.to_owned()) };
    let example = |difference, columns: &[&str]| Example {
        difference,
        key: Key(vec![("id".to_owned(), Some("7".to_owned()))]),
        columns: columns.iter().map(|name| ((*name).to_owned(), pair("1", "2"))).collect(),
    };
    let names = ["zeta", "alpha", "mid"];
    let check = CheckReport {
        outcome: Outcome::Rows(RowFindings {
            rows: RowCounts {
                old: 100_000,
                new: 100_000,
                equal: 99_999,
                changed: 1,
                missing: 0,
                ..RowCounts::default()
            },
            columns: vec![column("zeta", 0), column("alpha", 1), column("mid", 3)],
            examples: vec![example(Difference::Changed, &names), example(Difference::Missing, &names)],
            ..RowFindings::default()
        }),
        ..CheckReport::new("s.rows", Kind::Rows)
    };
    let run = RunReport { checks: vec![check], ..report() };
    let script = "
        const texts = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
        return { open: document.querySelector('#list details').open, columns: texts('.columns tbody th'), pair: texts('.pair tbody th[scope=row]'),
          rows: texts('.rows thead th'), shares: texts('.facts .soft') };";
    let text = render(Format::Html, &run, &EarlierRuns::default()).replace("<title>FAIL", "<title>ERROR");
    let out = in_browser(&text, script);
    assert_eq!(out["open"], true);
    assert_eq!(out["columns"], serde_json::json!(["mid", "alpha", "zeta"]));
    assert_eq!(
        (&out["pair"], &out["rows"]),
        (&serde_json::json!(names), &serde_json::json!(["id", "zeta", "alpha", "mid"]))
    );
    assert_eq!(out["shares"], serde_json::json!(["99.9 %", "less than 0.1 %"]));
}

/// Catches numbers by day that are not drawn, drawn as if none lay between them, or whose outsider is not marked.
#[test]
fn numbers_by_day_are_drawn_over_the_days() {
    let measure = |day: u32, model: &str, new: &str| Measure {
        quantity: Quantity::Column("cost".to_owned()),
        key: Key(vec![
            ("model".to_owned(), Some(model.to_owned())),
            ("day".to_owned(), Some(format!("2026-01-{day:02}"))),
        ]),
        old: Some("1000".to_owned()),
        new: Some(new.to_owned()),
        delta: None,
        tolerance: "exact".to_owned(),
        within: new == "1000",
        level: None,
        count: None,
    };
    let measures = vec![
        measure(1, "a", "1000"),
        measure(2, "a", "900"),
        measure(11, "a", "1000"),
        measure(1, "b", "1000"),
        measure(11, "b", "1000"),
    ];
    let drawn = |compared: u64| {
        let found = NumberFindings {
            measures: measures.clone(),
            totals: Totals { compared, outside: 1 },
            ..NumberFindings::default()
        };
        let check = CheckReport { outcome: Outcome::Numbers(found), ..CheckReport::new("s.cost", Kind::Sum) };
        let run = RunReport { checks: vec![check], ..report() };
        let text = render(Format::Html, &run, &EarlierRuns::default()).replace("<title>FAIL", "<title>ERROR");
        let script = "
            const all = (what) => [...document.querySelectorAll('.over' + what)];
            return { titles: all(' figcaption').map((one) => one.textContent), lines: all(' polyline').length, outside: all(' .outside').length,
              x: [...all('')[0].querySelectorAll('circle.new')].map((one) => Number(one.getAttribute('cx'))) };";
        in_browser(&text, script)
    };
    let all = drawn(5);
    assert_eq!(all["titles"], serde_json::json!(["cost, model=a 900 to 1,000", "cost, model=b always 1,000"]));
    assert_eq!((&all["lines"], &all["outside"]), (&2.into(), &1.into()), "b has no number on a day between: no line");
    assert_eq!(all["x"], serde_json::json!([4, 67.2, 636]), "a tenth of the time is a tenth of the way");
    let some = drawn(300);
    assert_eq!(some["lines"], 0, "between the worst there are others");
    assert!(some["titles"][0].as_str().unwrap().ends_with("the 5 furthest apart; 295 more are not drawn"), "{some}");
}

/// Catches a check that failed before and is called new, one that was healed and is not named, and a scope that leaves out what
/// was left out.
#[test]
fn what_changed_and_what_is_not_covered_is_told() {
    let mut run = report();
    let past = |status| {
        let started_at = chrono::DateTime::UNIX_EPOCH;
        vec![HistoryPoint { started_at, status, differences: 1, elapsed_ms: 1, measures: Vec::new() }]
    };
    let before = [("suite.rows", Status::Pass), ("suite.sum", Status::Fail), ("suite.holds", Status::Error)];
    let earlier = EarlierRuns(before.into_iter().map(|(id, status)| (id.to_owned(), past(status))).collect());
    let ignored = ColumnReport {
        name: "sdk".to_owned(),
        rule: "ignore".to_owned(),
        reason: Some("dropped by design".to_owned()),
        ..ColumnReport::default()
    };
    let Outcome::Rows(found) = &mut run.checks[0].outcome else { unreachable!() };
    found.columns.push(ignored);
    let script = "
        const texts = (what) => [...document.querySelectorAll(what)].map((one) => one.textContent);
        return { since: texts('.since')[0], turns: texts('.turn'), scope: texts('.scope li') };";
    let out = in_browser(&render(Format::Html, &run, &earlier), script);
    assert_eq!(out["turns"], serde_json::json!(["new", "healed"]));
    let since = "Since the run of 1970-01-01 00:00 UTC: 1 check newly does not pass, 1 check healed, 1 check still does not pass.";
    assert_eq!(out["since"], since);
    let scope: Vec<String> = serde_json::from_value(out["scope"].clone()).unwrap();
    assert!(scope.contains(&"suite.rows: sdk ignore: dropped by design".to_owned()), "{scope:?}");
    assert!(scope.iter().any(|line| line.starts_with("suite.skipped: not run")), "{scope:?}");
}

/// Catches a page that scrolls sideways on a phone, whatever the data, and one that hides the last run at the far end of its chart.
#[test]
fn a_phone_needs_no_sideways_scroll() {
    // A window of Chromium has a least width; a frame has none.
    let (report, earlier) = grown(30);
    let page = render(Format::Html, &report, &earlier);
    let script = "
        const html = document.documentElement.cloneNode(true);
        html.querySelectorAll('script, meta[http-equiv]').forEach((one) => one.remove());
        html.querySelectorAll('details').forEach((one) => one.setAttribute('open', ''));
        const frame = document.createElement('iframe');
        frame.style.cssText = 'width: 375px; height: 800px; border: 0';
        document.body.append(frame);
        frame.contentDocument.open(); frame.contentDocument.write('<!DOCTYPE html>' + html.outerHTML); frame.contentDocument.close();
        const root = frame.contentDocument.documentElement;
        const wide = [...root.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > root.clientWidth
          && !one.parentElement?.closest('.wide') && !one.closest('.skip-link')).map((one) => one.outerHTML.slice(0, 80));
        const hidden = [...root.querySelectorAll('.past > .wide > svg')].filter((svg) =>
          svg.querySelector('rect') && svg.getBoundingClientRect().right > root.clientWidth + 1).length;
        return { hidden, sideways: root.scrollWidth > root.clientWidth, wide, opened: root.scrollHeight > 5000 };";
    let out = in_browser(&page, script);
    assert_eq!(out, serde_json::json!({ "hidden": 0, "sideways": false, "wide": [], "opened": true }));
}
