//! What diagnosis says of each planted defect of a pack: a column of the table in the pack's README, held to what it said.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Outcome, folder};

/// How many things are told of one defect, those that most checks say first.
const MOST: usize = 3;

/// The column of a defect: what is said under the checks that it fails, each with the number of checks that say it.
pub(crate) fn said(outcome: &Outcome, failed: &BTreeSet<String>) -> String {
    let mut checks: BTreeMap<String, usize> = BTreeMap::new();
    for name in failed {
        let check = outcome.check(name);
        let findings = check["diagnosis"].as_array().into_iter().flatten();
        // Which columns changed together is true of any change.
        let telling = findings.filter(|finding| finding["code"] != "columns_together");
        let told: BTreeSet<String> = telling.map(in_brief).collect();
        told.into_iter().for_each(|one| *checks.entry(one).or_default() += 1);
    }
    let mut all: Vec<(String, usize)> = checks.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = all.len().saturating_sub(MOST);
    let mut told: Vec<String> = all
        .into_iter()
        .take(MOST)
        .map(|(one, checks)| if checks > 1 { format!("{one} ({checks} checks)") } else { one })
        .collect();
    if more > 0 {
        told.push(format!("{more} more"));
    }
    if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
}

/// A finding without its numbers of rows, as those of each check are others.
fn in_brief(finding: &Json) -> String {
    let text = |value: &Json| value.as_str().map(|text| text.replace('|', "¦").replace('`', "'"));
    let code = finding["code"].as_str().unwrap();
    let mut said = match code {
        "concentrated" => format!("{} rows", finding["class"].as_str().unwrap()),
        _ => format!("`{code}`"),
    };
    let columns = finding["columns"].as_array().cloned().unwrap_or_default();
    let columns: Vec<String> = if columns.is_empty() { vec![finding["column"].clone()] } else { columns }
        .iter()
        .filter_map(text)
        .map(|column| format!("`{column}`"))
        .collect();
    if !columns.is_empty() {
        said += &format!(" of {}", columns.join(", "));
    }
    if let Some(parameter) = text(&finding["parameter"]) {
        said += &format!(": {parameter}");
    }
    let terms: Vec<String> = finding["where"].as_array().into_iter().flatten().map(term).collect();
    if !terms.is_empty() {
        said += &format!(" where {}", terms.join(" and "));
    }
    said
}

fn term(term: &Json) -> String {
    let text = |name: &str| term[name].as_str().map(|text| text.replace('|', "¦").replace('`', "'"));
    let of = format!("`{}`", text("column").unwrap());
    let of = text("property").map_or(of.clone(), |property| format!("{property} of {of}"));
    match (text("is"), term["null"] == true) {
        (Some(is), _) => format!("{of} = {is}"),
        (None, true) => format!("{of} is NULL"),
        (None, false) => format!("{of} is in one range"),
    }
}

/// Holds the table in the README of `pack` to what was said of each defect, or writes it when `CUTOVER_UPDATE` is set.
pub(crate) fn hold(pack: &str, said: &BTreeMap<String, String>) {
    let path = folder(pack).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let defect = cells[0].strip_prefix('`')?.strip_suffix('`')?;
        let said = said.get(defect).filter(|_| line.starts_with("| `"))?;
        Some(format!("| {} | {} | {said} | {} |", cells[0], cells[1], cells.last()?))
    };
    let wanted: String = readme.lines().map(|line| row(line).unwrap_or_else(|| line.to_owned()) + "\n").collect();
    if std::env::var_os("CUTOVER_UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
        return;
    }
    let differs = readme.lines().zip(wanted.lines()).find(|(is, wanted)| is != wanted);
    if let Some((is, wanted)) = differs {
        panic!("the README of {pack} says\n{is}\nand it is\n{wanted}\nCUTOVER_UPDATE=1 writes it");
    }
}
