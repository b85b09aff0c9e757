//! Writes what `cutover init` says of the suite that it made.

use std::path::Path;

use serde_json::{Value, json};

use super::super::super::sides::variable;
use super::args::InitArgs;
use super::make::Found;
use crate::model::{Side, Sides, agree, plural};

/// Returns the same for programs.
pub(super) fn json(found: &Found, path: &Path) -> Value {
    let Found { made, pairs, lists, left } = found;
    let paired = made.tables.iter().map(|(name, checks)| json!({ "table": name, "checks": checks }));
    let only = |side: Side| {
        let names = pairs.only.get(side).iter().map(|at| lists.get(side)[*at].called.clone());
        names.collect::<Vec<String>>()
    };
    let left = left.iter().map(|left| json!({ "table": left.called, "why": left.why }));
    json!({
        "schema_version": 1,
        "suite": path.display().to_string(),
        "paired": paired.collect::<Vec<_>>(),
        "only_old": only(Side::Old),
        "only_new": only(Side::New),
        "left_out": left.collect::<Vec<_>>(),
        "undecided": made.undecided,
    })
}

/// Returns what was paired, what was left out, and what to do next.
pub(super) fn summary(found: &Found, args: &InitArgs, path: &Path) -> String {
    let Found { made, pairs, lists, left } = found;
    let mut text = String::new();
    let width = made.tables.iter().map(|(name, _)| format!("{name:?}").chars().count()).max().unwrap_or(0);
    for (name, checks) in &made.tables {
        let name = format!("{name:?}");
        text += &format!("paired    {name:width$}  {checks}\n");
    }
    text += &format!("compared  {}\n", made.schema);
    for (side, (only, list)) in pairs.only.as_ref().zip(lists.as_ref()) {
        text.extend(only.iter().map(|at| format!("only {side}  {:?}\n", list[*at].called)));
    }
    text.extend(left.iter().map(|left| format!("left out  {:?}: {}\n", left.called, left.why)));
    let given = Sides { old: &args.old, new: &args.new };
    let needs = given.into_iter().filter_map(|(side, given)| {
        let variable = variable(side);
        let unset = std::env::var_os(&variable).is_none() && given.is_some();
        (unset && made.suite.contains(&format!("\"${{{variable}}}\""))).then_some(variable)
    });
    let needs: Vec<String> = needs.collect();
    text += &format!("\nwritten: {}\n", path.display());
    if made.undecided > 0 {
        let undecided = made.undecided as u64;
        let (decisions, are) = (plural(undecided, "decision"), agree(undecided, "is", "are"));
        text += &format!("{decisions} {are} left to you, each at the word UNDECIDED\n");
    }
    if !needs.is_empty() {
        text += &format!("set {} first: a URL with a password is not written down\n", needs.join(" and "));
    }
    text + &format!("next: cutover run {}\n", args.dir.display())
}
