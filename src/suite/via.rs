//! Sources that another source of the suite reads.

use std::collections::BTreeMap;

use super::problem::{File, Problems, nearest};
use super::source::SourceSpec;

/// Gives each source of `read_by` (its name, where it stands, and the name of its reader) that reader. `named` are all names,
/// those of sources with a mistake too.
pub(super) fn attach(
    sources: &mut BTreeMap<String, SourceSpec>,
    read_by: &[(String, usize, String)],
    named: &[&str],
    file: &File<'_>,
    problems: &mut Problems,
) {
    let plain = sources.clone();
    for (name, offset, reader) in read_by {
        let mut mistake = |why: String, help: Option<String>| {
            problems.0.push(file.problem(*offset, format!("source `{name}`: {why}"), help));
        };
        if !named.contains(&reader.as_str()) {
            let help = nearest(reader, named.iter().copied().filter(|other| other != name));
            mistake(
                format!("`via` names a source `{reader}`, which there is not"),
                help.or(Some(format!("add [sources.{reader}]"))),
            );
        } else if read_by.iter().any(|(other, ..)| other == reader) {
            mistake(format!("`via` names `{reader}`, which is read via another source itself; name that one"), None);
        } else if let (Some(own), Some(other)) = (plain.get(name), plain.get(reader)) {
            sources.insert(name.clone(), own.clone().read_by(reader, other.clone()));
        }
    }
}
