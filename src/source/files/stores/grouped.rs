//! Which objects make which table, by their names alone.

use std::collections::BTreeMap;

use globset::GlobBuilder;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::super::format;
use super::super::tables::{LOGGED, logged_as, pattern_name, stem};

/// The objects of one table.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// In the order of their names.
    pub(super) objects: Vec<ObjectMeta>,
    /// One that lies among them, seems to hold rows and is of no format that is read.
    pub(super) unread: Option<Path>,
}

/// The tables by name.
pub(super) type Grouped = BTreeMap<String, Group>;

/// Returns the table that one object is.
pub(super) fn one(meta: ObjectMeta) -> Grouped {
    let name = stem(meta.location.as_ref().as_ref());
    name.map(|name| (name, Group { objects: vec![meta], unread: None })).into_iter().collect()
}

/// Returns the folder above the first part of a path that is a pattern.
pub(super) fn folder(pattern: &str) -> &str {
    let wild = pattern.find(['*', '[', '{']).unwrap_or(pattern.len());
    pattern[..wild].rfind('/').map_or("", |end| &pattern[..end])
}

/// Returns the one table that all objects of a pattern make; none where it names none.
///
/// # Errors
/// A pattern that is none, in words that follow its name.
pub(super) fn matching(all: Vec<ObjectMeta>, pattern: &str) -> Result<Grouped, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|cause| format!("is no pattern: {cause}"))?.compile_matcher();
    let above = folder(pattern);
    let mut group = Group::default();
    for meta in all.into_iter().filter(|meta| glob.is_match(meta.location.as_ref())) {
        let inside = meta.location.as_ref().trim_start_matches(above);
        if is_data(inside) {
            group.objects.push(meta);
        } else if seems_data(inside) {
            group.unread.get_or_insert(meta.location);
        }
    }
    group.objects.sort_by(|a, b| a.location.cmp(&b.location));
    let name = pattern_name(pattern.as_ref()).ok_or("gives its table no name")?;
    Ok(if group.objects.is_empty() { Grouped::new() } else { Grouped::from([(name, group)]) })
}

/// Returns the tables below a folder: an object in it by its stem, a folder in it by its name, with all that lies below.
///
/// # Errors
/// Two tables of one name, and a folder that another program's log says how to read, in words that follow its name.
pub(super) fn below(all: Vec<ObjectMeta>, folder: &Path) -> Result<Grouped, String> {
    let mut tables: BTreeMap<String, (bool, Group)> = BTreeMap::new();
    let mut unread = BTreeMap::new();
    for meta in all {
        let Some(inside) = meta.location.prefix_match(folder) else { continue };
        let parts: Vec<String> = inside.map(|part| part.as_ref().to_owned()).collect();
        for from in 0..parts.len().min(2) {
            if let Some(what) = logged_as(&parts[from..]) {
                return Err(format!("holds {what}: {LOGGED}"));
            }
        }
        let path = parts.join("/");
        if !is_data(&path) {
            // What lies beside tables is none of their rows.
            if let ([table, _, ..], true) = (parts.as_slice(), seems_data(&path)) {
                unread.entry(table.clone()).or_insert(meta.location);
            }
            continue;
        }
        let (name, is_folder) = match parts.as_slice() {
            [file] => (stem(file.as_ref()), false),
            [first, ..] => (Some(first.clone()), true),
            [] => continue,
        };
        let Some(name) = name else { continue };
        let table = tables.entry(name.clone()).or_insert_with(|| (is_folder, Group::default()));
        let is_alone = table.1.objects.is_empty() || (is_folder && table.0);
        if !is_alone {
            let first = &table.1.objects[0].location;
            return Err(format!("has {first} and {} as the table `{name}`; rename one", meta.location));
        }
        table.1.objects.push(meta);
    }
    for (name, (is_folder, group)) in &mut tables {
        group.objects.sort_by(|a, b| a.location.cmp(&b.location));
        group.unread = unread.remove(name).filter(|_| *is_folder);
    }
    Ok(tables.into_iter().map(|(name, (_, group))| (name, group)).collect())
}

/// Whether a path is that of a data file, with no part that is hidden.
fn is_data(path: &str) -> bool {
    format::of(path.as_ref()).is_some() && !is_hidden(path)
}

/// Whether an object that is no table seems to hold rows all the same.
fn seems_data(path: &str) -> bool {
    format::seems_data(path.as_ref()) && !is_hidden(path)
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with(['.', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(paths: &[&str]) -> Vec<ObjectMeta> {
        let meta = |path: &&str| ObjectMeta {
            location: Path::from(*path),
            last_modified: chrono::DateTime::UNIX_EPOCH,
            size: 1,
            e_tag: None,
            version: None,
        };
        paths.iter().map(meta).collect()
    }

    fn named(grouped: &Grouped) -> Vec<(String, Vec<&str>)> {
        let mut named = Vec::new();
        for (name, group) in grouped {
            named.push((name.clone(), group.objects.iter().map(|meta| meta.location.as_ref()).collect()));
        }
        named
    }

    /// Catches an object of another table, one that is hidden, and a folder that begins alike.
    #[test]
    fn objects_are_tables_as_files_are() {
        let all = objects(&[
            "w/orders.parquet",
            "w/users/b.csv",
            "w/users/day=1/a.csv",
            "w/users/_SUCCESS",
            "w/users/.tmp/c.csv",
            "w/notes.txt",
            "w/_old/x.parquet",
        ]);
        let grouped = below(all, &Path::from("w")).unwrap();
        assert_eq!(
            named(&grouped),
            [
                ("orders".to_owned(), vec!["w/orders.parquet"]),
                ("users".to_owned(), vec!["w/users/b.csv", "w/users/day=1/a.csv"]),
            ]
        );
        assert!(below(objects(&["w/a.csv", "w/a.parquet"]), &Path::from("w")).unwrap_err().contains("the table `a`"));
        assert!(below(objects(&["w/a.csv", "w/a/b.csv"]), &Path::from("w")).unwrap_err().contains("the table `a`"));
        for log in ["w/_delta_log/0.json", "w/t/_delta_log/0.json", "w/t/metadata/v1.metadata.json", "w/.hoodie/x"] {
            let why = below(objects(&["w/t/a.parquet", log]), &Path::from("w")).unwrap_err();
            assert!(why.contains("stands in its log"), "{log}: {why}");
        }
    }

    /// Catches an object that is left out of its table in silence, and one beside tables that is taken for a part of one.
    #[test]
    fn an_object_that_is_not_read_is_known_of() {
        let known = |grouped: Grouped, table: &str| grouped[table].unread.as_ref().map(|path| path.as_ref().to_owned());
        for unread in ["w/t/b.csv.bz2", "w/t/sub/b.json", "w/t/part-00001"] {
            let all = || objects(&["w/t/a.csv", "w/u/a.csv", unread]);
            assert_eq!(known(matching(all(), "w/t/**").unwrap(), "t").as_deref(), Some(unread));
            assert_eq!(known(matching(all(), "w/t/*.csv").unwrap(), "t"), None, "{unread}");
            assert_eq!(known(below(all(), &Path::from("w")).unwrap(), "t").as_deref(), Some(unread));
            assert_eq!(known(below(all(), &Path::from("w")).unwrap(), "u"), None, "{unread}");
        }
        let beside = ["w/t.csv", "w/t.csv.bz2", "w/t/_tmp/x.json", "w/t/README.md"];
        assert_eq!(known(below(objects(&beside), &Path::from("w")).unwrap(), "t"), None);
    }

    #[test]
    fn a_pattern_is_one_table() {
        let all = || {
            objects(&[
                "x/2026-01-02.csv",
                "x/2026-01-01.csv",
                "x/2025-12-31.csv",
                "x/2026-01-sub/a.csv",
                "x/_2026-01.csv",
            ])
        };
        let grouped = matching(all(), "x/2026-01-*.csv").unwrap();
        assert_eq!(named(&grouped), [("2026-01".to_owned(), vec!["x/2026-01-01.csv", "x/2026-01-02.csv"])]);
        let grouped = matching(all(), "x/**/*.csv").unwrap();
        assert_eq!(named(&grouped)[0].1.len(), 4);
        assert!(matching(all(), "x/2027*.csv").unwrap().is_empty());
        assert_eq!((folder("a/b*/c"), folder("a*"), folder("a/b/c")), ("a", "", "a/b"));
    }
}
