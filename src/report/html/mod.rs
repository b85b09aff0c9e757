//! One self-contained page for the person who decides on the cutover. Everything is in the page: no network, no
//! framework; without JavaScript it is read as it stands, with it the list is filtered and sorted.
//!
//! `view` says what is shown of the run, `entries` and `check` what of its checks, `report.html` and `check.html` how; the
//! templates escape every text.

mod bar;
mod bars;
mod charts;
mod check;
mod columns;
mod deltas;
mod digits;
mod emphasis;
mod entries;
mod examples;
mod lanes;
mod order;
mod over_keys;
mod point;
pub(crate) mod proof;
mod scope;
mod series;
mod times;
mod trend;
mod view;

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;
use sha2::Digest;

use super::{json, visible};
use crate::model::{EarlierRuns, RunReport};

const TEMPLATE: &str = concat!(include_str!("check.html"), include_str!("report.html"));
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Renders the report, whose report.json is the file `name`.
pub(super) fn render(report: &RunReport, earlier: &EarlierRuns, name: Option<&str>) -> String {
    let hash = || sha2::Sha256::digest(json::render(report));
    let hex = || hash().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let fingerprint = name.map(|name| (visible(name), hex()));
    filled("report.html", TEMPLATE, STYLE, SCRIPT, view::page(report, earlier, fingerprint))
}

/// Fills a page in: `name` ends in html, so that every text is escaped unless it is marked as safe.
fn filled(name: &str, template: &str, style: &str, script: &str, page: impl Serialize) -> String {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("only white space is set"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template(name, template).expect("the template is part of the program and tested");
    let template = environment.get_template(name).expect("it was added above");
    let context = context! {
        style => Value::from_safe_string(style.to_owned()),
        script => Value::from_safe_string(script.to_owned()),
        page => value(serde_json::to_value(page).expect("the view holds texts, numbers and lists of them")),
    };
    let mut text = template.render(context).expect("the template names only what the view holds");
    text.push('\n');
    text
}

/// JSON as the template reads it.
fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(one) => Value::from(one),
        serde_json::Value::Number(one) => one.as_u64().map_or_else(|| Value::from(one.to_string()), Value::from),
        serde_json::Value::String(one) => Value::from(one),
        serde_json::Value::Array(all) => all.into_iter().map(value).collect(),
        serde_json::Value::Object(all) => {
            Value::from(all.into_iter().map(|(name, one)| (name, value(one))).collect::<BTreeMap<_, _>>())
        }
    }
}
