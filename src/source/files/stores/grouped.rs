//! Which objects make which table, by their names alone.

use std::collections::BTreeMap;

use globset::GlobBuilder;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::super::format;
use super::super::lake::Keeper;
use super::super::tables::{AMONG, pattern_name, stem};

/// The objects of one table.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// In the order of their names.
    pub(super) objects: Vec<ObjectMeta>,
    /// One that lies among them, seems to hold rows and is of no format that is read.
    pub(super) unread: Option<Path>,
    /// The log that says what counts, where there is one; then nothing else is known.
    pub(super) lake: Option<Logged>,
}

/// A folder with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Logged {
    pub(super) keeper: Keeper,
    pub(super) folder: Path,
    /// The name of the metadata file that is read, where it was named.
    pub(super) metadata: Option<String>,
}

/// The tables by name.
pub(super) type Grouped = BTreeMap<String, Group>;

/// Returns the table that one object is.
pub(super) fn one(meta: ObjectMeta) -> Grouped {
    let name = stem(meta.location.as_ref().as_ref());
    name.map(|name| (name, Group { objects: vec![meta], ..Group::default() })).into_iter().collect()
}

/// Returns the folder above the first part of a path that is a pattern.
pub(super) fn folder(pattern: &str) -> &str {
    let wild = pattern.find(['*', '[', '{']).unwrap_or(pattern.len());
    pattern[..wild].rfind('/').map_or("", |end| &pattern[..end])
}

/// Returns whether the path of a URL is a pattern; `?` is no wildcard there.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '[', '{'])
}

/// Returns how many folders lie above what is within the tables of a path: those of a pattern before it, else those of the folder and
/// of each table in it.
pub(super) fn above(path: &str) -> usize {
    let (folder, of_the_table) = if is_pattern(path) { (folder(path), 0) } else { (path, 1) };
    folder.split('/').filter(|part| !part.is_empty()).count() + of_the_table
}

/// Returns the one table that all objects of a pattern make; none where it names none.
///
/// # Errors
/// A pattern that is none, in words that follow its name.
pub(super) fn matching(all: Vec<ObjectMeta>, pattern: &str) -> Result<Grouped, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let glob = glob.map_err(|cause| format!("is no pattern: {cause}"))?.compile_matcher();
    let above = folder(pattern);
    let logs = logs(&all, &Path::from(above));
    let mut group = Group::default();
    for meta in all.into_iter().filter(|meta| glob.is_match(meta.location.as_ref())) {
        let inside = meta.location.as_ref().trim_start_matches(above);
        if is_data(inside) {
            apart(&logs, &meta.location)?;
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
/// Two tables of one name, and a table with a log among the files of another, in words that follow its name.
pub(super) fn below(all: Vec<ObjectMeta>, folder: &Path) -> Result<Grouped, String> {
    let mut tables: BTreeMap<String, (bool, Group)> = BTreeMap::new();
    let mut unread = BTreeMap::new();
    let mut logs = logs(&all, folder);
    logs.retain(|logged, keeper| {
        let mut inside = logged.prefix_match(folder).into_iter().flatten();
        let (Some(name), None) = (inside.next(), inside.next()) else { return true };
        let group = Group {
            lake: Some(Logged { keeper: *keeper, folder: logged.clone(), metadata: None }),
            ..Group::default()
        };
        if !is_hidden(name.as_ref()) {
            tables.insert(name.as_ref().to_owned(), (true, group));
        }
        false
    });
    for meta in all {
        let Some(inside) = meta.location.prefix_match(folder) else { continue };
        let parts: Vec<String> = inside.map(|part| part.as_ref().to_owned()).collect();
        if parts.len() > 1 && tables.get(&parts[0]).is_some_and(|(_, group)| group.lake.is_some()) {
            continue;
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
        apart(&logs, &meta.location)?;
        let table = tables.entry(name.clone()).or_insert_with(|| (is_folder, Group::default()));
        let is_alone = (table.1.objects.is_empty() && table.1.lake.is_none()) || (is_folder && table.0);
        if !is_alone {
            let first = table.1.objects.first().map(|first| &first.location);
            let first = first.or(table.1.lake.as_ref().map(|logged| &logged.folder)).unwrap_or(folder);
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

/// The folders below one that have a log, and whose it is.
fn logs(all: &[ObjectMeta], folder: &Path) -> BTreeMap<Path, Keeper> {
    let mut logs = BTreeMap::new();
    for meta in all {
        let parts: Vec<_> = meta.location.parts().collect();
        let above = folder.parts().count();
        for at in above..parts.len() {
            if let Some(keeper) = Keeper::of(&parts[at..]) {
                logs.insert(parts[..at].iter().cloned().collect(), keeper);
            }
        }
    }
    logs
}

/// Refuses an object that lies in a folder with a log, in words that follow the name of the folder above.
fn apart(logs: &BTreeMap<Path, Keeper>, location: &Path) -> Result<(), String> {
    match logs.keys().find(|logged| location.prefix_matches(logged)) {
        Some(logged) => Err(format!("holds {logged}, which {AMONG}")),
        None => Ok(()),
    }
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
        for (log, keeper) in [
            ("w/t/_delta_log/0.json", Keeper::Delta),
            ("w/t/metadata/v1.metadata.json", Keeper::Iceberg),
            ("w/t/.hoodie/hoodie.properties", Keeper::Hudi),
        ] {
            let grouped = below(objects(&["w/t/a.parquet", log, "w/u.csv"]), &Path::from("w")).unwrap();
            let logged = Logged { keeper, folder: Path::from("w/t"), metadata: None };
            assert_eq!(grouped["t"].lake, Some(logged), "{log}");
            assert!(grouped["t"].objects.is_empty() && grouped["u"].lake.is_none(), "{log}");
            let deeper = objects(&["w/x/t/a.parquet", &log.replace("w/t", "w/x/t")]);
            let why = below(deeper.clone(), &Path::from("w")).unwrap_err();
            assert!(why.contains("w/x/t, which is a table with a log"), "{log}: {why}");
            assert!(matching(deeper, "w/**/*.parquet").unwrap_err().contains("a table with a log"), "{log}");
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
        assert_eq!(["a/b*/c", "a*", "a/b", "", "a/t/*.csv"].map(above), [1, 0, 3, 1, 2]);
    }
}
