//! The page about agents: the calls it shows are made, and answer what it shows.

use std::path::Path;

use regex::Regex;
use serde_json::Value as Json;

use super::{Client, words};
use crate::docs::timeless;

/// Catches a page whose calls are none, or are answered otherwise; and a tool that it does not show.
#[test]
fn the_page_shows_real_answers() {
    let folder = super::tools::pair();
    let mut client = Client::started(folder.path(), &[]);
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mcp.md")).unwrap();
    let call = Regex::new(r"(?ms)^```json\n([^`]*?)^```\n```text\n(.*?)^```$").unwrap();
    let (mut shown, mut wrong) = (Vec::new(), Vec::new());
    for found in call.captures_iter(&page) {
        let request: Json = serde_json::from_str(&found[1]).unwrap();
        let told = client.call(request["name"].as_str().unwrap(), request["arguments"].clone());
        assert_eq!(told["isError"], false, "{told}");
        let told: Vec<String> = words(&told).lines().map(timeless).collect();
        for line in found[2].lines().filter(|line| !line.trim().is_empty() && *line != "…") {
            // The beginning of a long line stands for it.
            let line = timeless(line);
            let begins = |told: &String| line.strip_suffix('…').is_some_and(|line| told.starts_with(line));
            if !told.contains(&line) && !told.iter().any(begins) {
                wrong.push(format!("{line}\n    is not among {told:#?}"));
            }
        }
        shown.push(request["name"].as_str().unwrap().to_owned());
    }
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
    let listed = client.request("tools/list", serde_json::json!({}));
    let names: Vec<&str> =
        listed["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(shown, names);
}
