//! The HTML report in a real browser and under a real parser: valid, inert, filtered, sorted and opened.

use std::process::Command;

use cutover::model::{
    CheckReport, Difference, Example, Key, Kind, Measure, Pair, RowCounts, RunReport, Totals, WindowReport,
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
            }),
            rows: Some(RowCounts { old: 9, new: 9, equal: 9 - found, changed: found, ..RowCounts::default() }),
            why: Some(breaking.to_owned()),
            tags: vec![breaking.to_owned(), "money".to_owned()],
            examples: vec![Example {
                difference: Difference::Changed,
                key: Key(vec![(breaking.to_owned(), Some("k".repeat(5_000)))]),
                columns: [(
                    breaking.to_owned(),
                    Pair { old: Some("10:00:01".to_owned()), new: Some("10:00:02".to_owned()) },
                )]
                .into(),
            }],
            ..CheckReport::new(format!("suite.zz_windows@{index}"), Kind::Rows)
        });
    }
    let percentile = |name: &str, new: &str| Measure {
        level: None,
        name: name.to_owned(),
        key: Key(vec![("model".to_owned(), Some(breaking.to_owned()))]),
        old: Some("10.5".to_owned()),
        new: Some(new.to_owned()),
        delta: None,
        tolerance: "exact".to_owned(),
        within: true,
        count: None,
    };
    report.checks.push(CheckReport {
        measures: vec![percentile("p50", "10.5"), percentile("p99", "1e308"), percentile("p99.9", "NaN")],
        totals: Some(Totals { compared: 3, outside: 0 }),
        elapsed_ms: 99,
        ..CheckReport::new("suite.curves", Kind::Percentile)
    });
    report
}

/// Catches markup that a browser has to repair.
#[test]
fn the_page_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    std::fs::write(&path, render(Format::Html, &report())).unwrap();
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
    let text = render(Format::Html, &report());
    assert!(
        !text.contains(['\u{1b}', '\u{0}', '\u{7}', '\u{202e}', '\u{fffe}']),
        "a control character or mark is obeyed"
    );
    assert!(text.contains(&"k".repeat(5_000)), "keys are never cut");
    let script = "
        const count = (what) => document.querySelectorAll(what).length;
        return { markup: count('img, link, iframe, [src], [onerror], b b, a:not([href^=\"#\"])'), scripts: count('script'),
          checks: count('#list > li'), bars: count('rect'), circles: count('circle'),
          marks: [...document.querySelectorAll('td[data-side=new] mark')].map((one) => one.textContent) };";
    let out = in_browser(&text, script);
    assert_eq!(out["markup"], 0);
    assert_eq!(out["scripts"], 3, "one of the page and two of this test");
    assert_eq!((&out["checks"], &out["bars"]), (&10.into(), &2.into()));
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

/// Catches controls that do nothing, orders that are wrong, a link that opens nothing, and errors in the console.
#[test]
fn a_browser_filters_sorts_and_opens() {
    let script = "
        const list = document.getElementById('list');
        const ids = () => [...list.children].filter((one) => one.offsetParent).map((one) => one.dataset.id.replace('suite.', ''));
        const set = (name, value) => { const one = document.getElementById('filter-' + name); one.value = value;
          one.dispatchEvent(new Event('input')); const got = ids(); one.value = ''; one.dispatchEvent(new Event('input')); return got; };
        const press = (by) => { document.querySelector('[data-by=' + by + ']').click(); return ids(); };
        const first = document.getElementById('c1');
        const closed = first.open; first.firstElementChild.click();
        const out = { all: ids(), status: set('status', 'fail'), kind: set('kind', 'percentile'), tag: set('tag', 'money'),
          text: set('text', 'ZZ_windows'), none: set('text', 'no such thing'), found: press('found').slice(0, 2), up: press('found').at(-1),
          id: press('id').slice(0, 2), ms: press('ms')[0], closed, opened: first.open,
          pressed: document.querySelectorAll('[aria-pressed=true]').length };
        document.querySelector('svg a').dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
        return out;";
    let out = in_browser(&render(Format::Html, &report()), script);
    let all = ["rows", "sum", "tags", "small", "broken", "skipped", "holds", "zz_windows@0", "zz_windows@1", "curves"];
    assert_eq!(out["all"], serde_json::json!(all));
    assert_eq!(out["status"], serde_json::json!(["rows", "sum", "zz_windows@1"]));
    assert_eq!(out["kind"], serde_json::json!(["small", "curves"]));
    assert_eq!(out["tag"], serde_json::json!(["zz_windows@0", "zz_windows@1"]));
    assert_eq!(out["text"], serde_json::json!(["zz_windows@0", "zz_windows@1"]));
    assert_eq!(out["none"], serde_json::json!([]));
    assert_eq!(out["found"], serde_json::json!(["sum", "rows"]), "counts beyond 2^53 are sorted as numbers");
    assert_eq!(out["up"], "sum");
    assert_eq!(out["id"], serde_json::json!(["broken", "curves"]));
    assert_eq!(out["ms"], "curves");
    assert_eq!((&out["closed"], &out["opened"], &out["pressed"]), (&false.into(), &true.into(), &1.into()));
}

/// Catches a page that scrolls sideways on a phone, whatever the data.
#[test]
fn a_phone_needs_no_sideways_scroll() {
    // A window of Chromium has a least width; a frame has none.
    let page = render(Format::Html, &report());
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
        return { sideways: root.scrollWidth > root.clientWidth, wide, opened: root.scrollHeight > 5000 };";
    let out = in_browser(&page, script);
    assert_eq!(out, serde_json::json!({ "sideways": false, "wide": [], "opened": true }));
}
